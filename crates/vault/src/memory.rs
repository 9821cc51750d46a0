//! The memory of which keys correspondents were seen with.

use std::collections::BTreeMap;

use certificate::{Certificate, Fingerprint};
use wire::Address;
use zeroize::Zeroize as _;

use crate::succession;

/// How a correspondent's key compares with those seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing was ever seen of this address.
    First,
    /// A known one, which the reader answered, wrote to or accepted.
    Same,
    /// One that was seen before, in messages that were read and nothing else: nobody but the portal says whose it is.
    Unconfirmed,
    /// Another one, of which the key last seen says that it follows: the address passed to another account of its owner.
    /// Wants to be remembered; nobody needs to be warned.
    Succeeded {
        /// The one last seen.
        before: Fingerprint,
    },
    /// Another one: the person registered anew, or somebody stands between.
    Changed {
        /// The one last seen.
        before: Fingerprint,
    },
}

/// How many keys of an address are remembered. The oldest gives way.
const MAX_KNOWN: usize = 8;

/// The keys seen under each canonical address, the newest last. No list is empty.
#[derive(Default)]
pub(crate) struct Memory(BTreeMap<String, Vec<SeenKey>>);

/// A key that was seen under an address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeenKey {
    pub(crate) fingerprint: Fingerprint,
    /// Whether the account's owner did something that says whose it is. Whoever sends a message gets its key seen; nothing
    /// that they send confirms it.
    pub(crate) confirmed: bool,
}

impl Memory {
    /// How the key that signed something received compares.
    ///
    /// Any key that is remembered will do, since old messages are opened too. So will one that a remembered key vouches
    /// for: what that key signs itself would be taken as well. Who is vouched for is as confirmed as who vouches.
    pub(crate) fn when_opening(
        &self,
        address: &Address,
        fingerprint: Fingerprint,
        predecessors: &[(Certificate, Vec<u8>)],
    ) -> Sight {
        let known = self.known(address);
        let Some(&newest) = known.last() else {
            return Sight::First;
        };
        if let Some(key) = known.iter().find(|key| key.fingerprint == fingerprint) {
            return same(key.confirmed);
        }
        let steps = succession::steps(address, predecessors);
        let before = newest.fingerprint;
        if succession::lead(&steps, before, fingerprint) {
            return match newest.confirmed {
                true => Sight::Succeeded { before },
                false => Sight::Unconfirmed,
            };
        }
        let mut older = known
            .iter()
            .filter(|key| succession::lead(&steps, key.fingerprint, fingerprint))
            .peekable();
        match older.peek() {
            // Between an older key and the newest: nothing to remember, or it would displace the newest.
            Some(_) => same(older.any(|key| key.confirmed)),
            None => Sight::Changed { before },
        }
    }

    /// How a key that something is about to be sealed to compares: only the newest will do, and what it vouches for. Who
    /// holds an older key may have lost the address since.
    pub(crate) fn when_sealing(
        &self,
        address: &Address,
        fingerprint: Fingerprint,
        predecessors: &[(Certificate, Vec<u8>)],
    ) -> Sight {
        match self.newest(address) {
            None => Sight::First,
            Some(before) if before == fingerprint => Sight::Same,
            Some(before) if succession::lead(&succession::steps(address, predecessors), before, fingerprint) => {
                Sight::Succeeded { before }
            }
            Some(before) => Sight::Changed { before },
        }
    }

    /// The key last seen, where any was.
    pub(crate) fn newest(&self, address: &Address) -> Option<Fingerprint> {
        self.known(address).last().map(|key| key.fingerprint)
    }

    /// Makes that key the newest of the address, confirmed by the account's owner. Whether it was not before.
    pub(crate) fn remember(&mut self, address: &Address, fingerprint: Fingerprint) -> bool {
        self.put(
            address,
            SeenKey {
                fingerprint,
                confirmed: true,
            },
        )
    }

    /// Keeps what a message that was opened shows of its signer's key: the first key of an address, unconfirmed, so that
    /// another one is noticed; and one that follows the newest, as confirmed as that is. Whether anything was new.
    pub(crate) fn saw(
        &mut self,
        address: &Address,
        fingerprint: Fingerprint,
        predecessors: &[(Certificate, Vec<u8>)],
    ) -> bool {
        let known = self.known(address);
        let confirmed = match known.last() {
            None => false,
            Some(_) if known.iter().any(|key| key.fingerprint == fingerprint) => return false,
            Some(newest) => {
                let steps = succession::steps(address, predecessors);
                match succession::lead(&steps, newest.fingerprint, fingerprint) {
                    true => newest.confirmed,
                    false => return false,
                }
            }
        };
        self.put(address, SeenKey { fingerprint, confirmed })
    }

    fn put(&mut self, address: &Address, key: SeenKey) -> bool {
        let known = self.0.entry(address.canonical().to_owned()).or_default();
        if known.last() == Some(&key) {
            return false;
        }
        known.retain(|other| other.fingerprint != key.fingerprint);
        known.push(key);
        known.drain(..known.len().saturating_sub(MAX_KNOWN));
        true
    }

    /// Takes a stored list; none where that cannot be one.
    pub(crate) fn restore(&mut self, address: String, known: Vec<SeenKey>) -> Option<()> {
        let repeated = |(at, one): (usize, &SeenKey)| known[..at].iter().any(|key| key.fingerprint == one.fingerprint);
        if known.is_empty() || known.len() > MAX_KNOWN || known.iter().enumerate().any(repeated) {
            return None;
        }
        self.0.insert(address, known);
        Some(())
    }

    /// Remembers what the other does too. Where both know an address, the keys that this one knows stay the newest; what
    /// either has confirmed is confirmed.
    pub(crate) fn join(&mut self, other: &Self) {
        for (address, known) in &other.0 {
            let own = self.0.entry(address.clone()).or_default();
            let mut joined = Vec::with_capacity(known.len() + own.len());
            for key in known {
                match own.iter_mut().find(|one| one.fingerprint == key.fingerprint) {
                    Some(one) => one.confirmed |= key.confirmed,
                    None => joined.push(*key),
                }
            }
            joined.append(own);
            joined.drain(..joined.len().saturating_sub(MAX_KNOWN));
            *own = joined;
        }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&String, &Vec<SeenKey>)> {
        self.0.iter()
    }

    fn known(&self, address: &Address) -> &[SeenKey] {
        self.0.get(address.canonical()).map(Vec::as_slice).unwrap_or_default()
    }
}

fn same(confirmed: bool) -> Sight {
    match confirmed {
        true => Sight::Same,
        false => Sight::Unconfirmed,
    }
}

impl Drop for Memory {
    /// Who somebody writes to is theirs alone.
    fn drop(&mut self) {
        while let Some((mut address, _)) = self.0.pop_first() {
            address.zeroize();
        }
    }
}

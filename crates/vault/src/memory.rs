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
    /// A known one.
    Same,
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

/// The fingerprints seen under each canonical address, the newest last. No list is empty.
#[derive(Default)]
pub(crate) struct Memory(BTreeMap<String, Vec<Fingerprint>>);

impl Memory {
    /// How the key that signed something received compares.
    ///
    /// Any key that is remembered will do, since old messages are opened too. So will one that a remembered key vouches
    /// for: what that key signs itself would be taken as well.
    pub(crate) fn when_opening(
        &self,
        address: &Address,
        fingerprint: Fingerprint,
        predecessors: &[(Certificate, Vec<u8>)],
    ) -> Sight {
        let known = self.known(address);
        let Some(&before) = known.last() else {
            return Sight::First;
        };
        if known.contains(&fingerprint) {
            return Sight::Same;
        }
        let steps = succession::steps(address, predecessors);
        if succession::lead(&steps, before, fingerprint) {
            Sight::Succeeded { before }
        } else if known.iter().any(|&older| succession::lead(&steps, older, fingerprint)) {
            // Between an older key and the newest: nothing to remember, or it would displace the newest.
            Sight::Same
        } else {
            Sight::Changed { before }
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
        match self.known(address).last() {
            None => Sight::First,
            Some(&before) if before == fingerprint => Sight::Same,
            Some(&before) if succession::lead(&succession::steps(address, predecessors), before, fingerprint) => {
                Sight::Succeeded { before }
            }
            Some(&before) => Sight::Changed { before },
        }
    }

    /// The key last seen, where any was.
    pub(crate) fn newest(&self, address: &Address) -> Option<Fingerprint> {
        self.known(address).last().copied()
    }

    /// Makes that key the newest of the address. Whether it was not before.
    pub(crate) fn remember(&mut self, address: &Address, fingerprint: Fingerprint) -> bool {
        let known = self.0.entry(address.canonical().to_owned()).or_default();
        if known.last() == Some(&fingerprint) {
            return false;
        }
        known.retain(|other| *other != fingerprint);
        known.push(fingerprint);
        known.drain(..known.len().saturating_sub(MAX_KNOWN));
        true
    }

    /// Takes a stored list; none where that cannot be one.
    pub(crate) fn restore(&mut self, address: String, known: Vec<Fingerprint>) -> Option<()> {
        let repeated = |(at, one): (usize, &Fingerprint)| known[..at].contains(one);
        if known.is_empty() || known.len() > MAX_KNOWN || known.iter().enumerate().any(repeated) {
            return None;
        }
        self.0.insert(address, known);
        Some(())
    }

    /// Remembers what the other does too. Where both know an address, the keys that this one knows stay the newest.
    pub(crate) fn join(&mut self, other: &Self) {
        for (address, known) in &other.0 {
            let own = self.0.entry(address.clone()).or_default();
            let mut joined: Vec<_> = known.iter().copied().filter(|one| !own.contains(one)).collect();
            joined.append(own);
            joined.drain(..joined.len().saturating_sub(MAX_KNOWN));
            *own = joined;
        }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&String, &Vec<Fingerprint>)> {
        self.0.iter()
    }

    fn known(&self, address: &Address) -> &[Fingerprint] {
        self.0.get(address.canonical()).map(Vec::as_slice).unwrap_or_default()
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

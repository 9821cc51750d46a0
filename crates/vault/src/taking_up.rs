//! What a client makes of the vault that a portal serves, by the one that it saw last.
//!
//! A portal can serve an older vault, and a program of the account can write anything. So each client keeps the last
//! vault that it opened, sealed as it is, beyond signing out, and goes back behind it only where a person says so.

use wire::{ids::AccountId, vaults::MAX_REVISION_LEAP};

use crate::{Error, Vault, VaultKey, marks::Mark, stored::marked};

/// A vault that was taken up.
#[derive(Debug)]
pub struct TakenUp {
    /// The vault, open.
    pub vault: Vault,
    /// Whether it was joined from two that came of different ones, and wants to be stored.
    pub joined: bool,
}

impl Vault {
    /// Opens the vault that the portal serves for the account. `last_seen` is the one that this client saw last, sealed.
    ///
    /// Where two clients, or a portal that was restored, made two of one, they are joined.
    ///
    /// # Errors
    /// [`Error::ForeignVault`], [`Error::OlderVault`], [`Error::VaultLeapt`], [`Error::ForkedVault`],
    /// [`Error::UnreadableVault`]; others where the bytes begin as no vault does.
    pub fn take_up(
        served: &[u8],
        last_seen: Option<&[u8]>,
        account: AccountId,
        key: &VaultKey,
    ) -> Result<TakenUp, Error> {
        let mark = marked(served, account)?;
        let last_seen = last_seen.and_then(|sealed| Some((marked(sealed, account).ok()?, sealed)));
        if let Some((known, _)) = last_seen {
            ensure_not_behind(mark, known)?;
        }
        let mut vault = Self::unlock(served, account, key).map_err(|_| Error::UnreadableVault)?;
        let joined = match last_seen {
            Some((known, sealed)) if !vault.marks.may_come_of(known) => {
                let other = Self::unlock(sealed, account, key).map_err(|_| Error::ForkedVault)?;
                vault.join(other);
                true
            }
            _ => false,
        };
        Ok(TakenUp { vault, joined })
    }

    /// Goes on with `chosen` where the portal serves one that is older than the one seen last, or that does not open: a
    /// vault of the account's that its person chose, in person. Nothing that was seen last is lost by it where that still
    /// opens. What is sealed next comes after both.
    ///
    /// # Errors
    /// [`Error::ForeignVault`]; others where the chosen one does not open.
    pub fn accept_vault(
        chosen: &[u8],
        served: &[u8],
        last_seen: Option<&[u8]>,
        account: AccountId,
        key: &VaultKey,
    ) -> Result<Self, Error> {
        let served = marked(served, account)?;
        let mut vault = Self::unlock(chosen, account, key)?;
        if let Some(sealed) = last_seen
            && let Ok(mut known) = Self::unlock(sealed, account, key)
        {
            // Settings and ways in are those of the higher one.
            if known.revision() > vault.revision() {
                std::mem::swap(&mut vault, &mut known);
            }
            vault.join(known);
        }
        vault.marks.add(served);
        Ok(vault)
    }

    /// Takes the keys of a vault that was replaced: they open, and nothing else of it counts. Whether any was new.
    ///
    /// # Errors
    /// [`Error::ForeignVault`]; others where it does not open.
    pub fn join_keys(&mut self, earlier: &[u8], key: &VaultKey) -> Result<bool, Error> {
        let earlier = Self::unlock(earlier, self.account, key)?;
        Ok(self.add_opening_keys(earlier))
    }

    /// Takes what a vault that came of another one has: its keys and what it remembers. Ways in and settings stay.
    fn join(&mut self, other: Self) {
        self.seen.join(&other.seen);
        self.marks.join(&other.marks);
        self.add_opening_keys(other);
    }

    fn add_opening_keys(&mut self, mut other: Self) -> bool {
        let mut any = false;
        let former = std::mem::take(&mut other.former_keys);
        for own in former.into_iter().chain([other.own_key.clone()]) {
            if self.own_key != own && !self.former_keys.contains(&own) {
                self.former_keys.push(own);
                any = true;
            }
        }
        self.add_keys(std::mem::take(&mut other.keys)) | any
    }
}

fn ensure_not_behind(served: Mark, known: Mark) -> Result<(), Error> {
    if served.revision < known.revision {
        return Err(Error::OlderVault);
    }
    match served.revision - known.revision > MAX_REVISION_LEAP {
        true => Err(Error::VaultLeapt),
        false => Ok(()),
    }
}

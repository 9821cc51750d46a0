//! Where this computer keeps the last keyring of each account that it saw: a folder beside its activations.

use std::{
    fs,
    io::{self, ErrorKind},
    path::PathBuf,
};

use client::{SeenVaults, is_later};
use wire::{Sha256, ids::AccountId};

/// One file an account of a portal. What is in it is sealed.
pub struct SeenFiles(PathBuf);

impl SeenFiles {
    pub fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn path(&self, portal: &str, account: AccountId) -> PathBuf {
        let portal = Sha256::of(portal.as_bytes()).to_string();
        self.0.join(format!("{account}-{}.vault", &portal[..16]))
    }
}

impl SeenVaults for SeenFiles {
    fn last(&self, portal: &str, account: AccountId) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(portal, account)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            other => other.map(Some),
        }
    }

    fn keep(&self, portal: &str, account: AccountId, sealed: &[u8]) -> io::Result<()> {
        // Of two commands at once neither goes back behind what the other saw.
        custody::change_file(&self.path(portal, account), || match self.last(portal, account)? {
            Some(kept) if kept == sealed || is_later(&kept, sealed) => Ok(None),
            _ => Ok(Some(sealed.to_vec().into())),
        })
    }
}

#[cfg(test)]
mod tests {
    use wire::vaults::VaultHead;

    use super::*;

    fn account(number: u8) -> AccountId {
        format!("0199ad0e-1f7a-7000-8000-000000000{number:03}").parse().unwrap()
    }

    fn sealed(account: AccountId, revision: i64, content: &[u8]) -> Vec<u8> {
        [&VaultHead { account, revision }.to_bytes()[..], content].concat()
    }

    #[test]
    fn the_last_of_each_account_is_kept_and_none_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let seen = || SeenFiles::at(folder.path().join("a/vaults"));
        let (anna, ben) = (account(1), account(2));
        let last = |portal: &str, of| seen().last(portal, of).unwrap();
        assert_eq!(last("https://a.test", anna), None);
        for revision in [1, 3, 2] {
            let kept = sealed(anna, revision, b"");
            seen().keep("https://a.test", anna, &kept).unwrap();
        }
        assert_eq!(last("https://a.test", anna), Some(sealed(anna, 3, b"")));
        // Another of the same revision: two were joined.
        seen().keep("https://a.test", anna, &sealed(anna, 3, b"other")).unwrap();
        assert_eq!(last("https://a.test", anna), Some(sealed(anna, 3, b"other")));
        // Another portal has no say in it, whatever ids it gives out.
        seen().keep("https://b.test", anna, &sealed(anna, 9, b"")).unwrap();
        assert_eq!(last("https://a.test", anna), Some(sealed(anna, 3, b"other")));
        assert_eq!(last("https://a.test", ben), None);
    }

    #[test]
    fn of_commands_at_once_the_latest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for revision in 1..=16 {
                let seen = SeenFiles::at(folder.path().to_owned());
                scope.spawn(move || {
                    let kept = sealed(account(1), revision, b"");
                    seen.keep("https://a.test", account(1), &kept).unwrap();
                });
            }
        });
        let seen = SeenFiles::at(folder.path().to_owned());
        assert_eq!(
            seen.last("https://a.test", account(1)).unwrap(),
            Some(sealed(account(1), 16, b""))
        );
    }
}

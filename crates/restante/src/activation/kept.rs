//! Where this computer keeps its activations: one file, which is its owner's alone.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use client::KeptActivation;
use custody::FileError;
use serde::{Deserialize, Serialize};
use wire::{Address, ids::ActivationId, sessions::Account};
use zeroize::Zeroizing;

/// The file, below the user's folder of configurations.
const FILE: &str = "restante/activations.json";

/// The form of the file. A later one has another `v`, so that no older program drops what it does not know.
const FORM: u8 = 1;

/// One activation, and whose it is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    pub activation: KeptActivation,
    /// The account's addresses as they were last seen, the Master first.
    pub addresses: Vec<Address>,
}

/// Why the file cannot be used. Nothing is written to it then.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("it does not hold activations, or was damaged; move it away, and activate this computer again")]
    Damaged,
    #[error("a newer restante wrote it; use that one")]
    Newer,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u8,
    activations: Vec<Kept>,
}

#[derive(Deserialize)]
struct Version {
    v: u8,
}

/// The file of this computer's activations: there may be none, and no place for one.
pub struct Activations(Option<PathBuf>);

impl Kept {
    pub fn new(activation: KeptActivation, account: &Account) -> Self {
        Self {
            activation,
            addresses: addresses(account),
        }
    }

    /// Whether it is of the account that has this address, as far as is known here.
    pub fn has(&self, address: &Address) -> bool {
        self.addresses.contains(address)
    }

    /// The Master, as far as is known here.
    pub fn master(&self) -> &Address {
        self.addresses.first().unwrap_or(self.activation.address())
    }

    /// Knows the account's addresses as these from now on, and says whether they are others than before.
    pub fn follow(&mut self, account: &Account) -> bool {
        let now = addresses(account);
        // As typed too: that is how they are shown.
        let typed = |list: &[Address]| list.iter().map(|one| one.as_typed().to_owned()).collect::<Vec<_>>();
        let moved = typed(&now) != typed(&self.addresses);
        self.addresses = now;
        moved
    }
}

/// The Master first.
fn addresses(account: &Account) -> Vec<Address> {
    let mut own: Vec<_> = account.addresses.iter().collect();
    own.sort_by_key(|own| !own.master);
    own.into_iter().map(|own| own.address.clone()).collect()
}

impl Activations {
    /// The file that was named, or the one in the user's folder of configurations.
    pub fn at(named: Option<&Path>) -> Self {
        // The XDG base directory specification has relative paths ignored.
        let folder = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let configurations = || folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
        Self(match named {
            Some(path) => Some(path.to_owned()),
            None => configurations().map(|folder| folder.join(FILE)),
        })
    }

    /// The file that the environment names, or else the one in the user's folder of configurations.
    pub fn of_this_computer() -> Self {
        Self::at(std::env::var_os("RESTANTE_ACTIVATIONS").map(PathBuf::from).as_deref())
    }

    /// Where it is, or would be.
    pub fn path(&self) -> Result<&Path> {
        self.0
            .as_deref()
            .context("there is no place to keep an activation in: name a file with --activations")
    }

    /// The folder beside it of the last keyrings that this computer saw: older ones are refused.
    pub fn seen_vaults(&self) -> Option<PathBuf> {
        Some(self.0.as_deref()?.with_file_name("vaults"))
    }

    /// All of them.
    pub fn all(&self) -> Result<Vec<Kept>> {
        match &self.0 {
            Some(path) => read(path).with_context(|| unusable(path)),
            None => Ok(Vec::new()),
        }
    }

    /// Keeps one, in place of an earlier one of the same account.
    pub fn keep(&self, kept: &Kept) -> Result<()> {
        self.change(|all| {
            let of = |one: &Kept| (one.activation.portal().to_owned(), one.activation.account());
            all.retain(|one| of(one) != of(kept));
            all.push(kept.clone());
        })
    }

    /// Knows one that is kept as this from now on. Where it was forgotten meanwhile, that stands.
    pub fn update(&self, kept: &Kept) -> Result<()> {
        self.change(|all| {
            let known = all.iter_mut().filter(|one| one.activation.id() == kept.activation.id());
            known.for_each(|one| *one = kept.clone());
        })
    }

    /// Forgets one.
    pub fn forget(&self, id: ActivationId) -> Result<()> {
        self.change(|all| all.retain(|one| one.activation.id() != id))
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Kept>)) -> Result<()> {
        let path = self.path()?;
        changed(path, change).with_context(|| unusable(path))
    }
}

fn unusable(path: &Path) -> String {
    format!("the file of activations {} cannot be used", path.display())
}

fn changed(path: &Path, change: impl FnOnce(&mut Vec<Kept>)) -> Result<(), KeptError> {
    custody::change_file(path, || {
        let mut all = read(path)?;
        change(&mut all);
        written(all).map(Some)
    })
}

fn read(path: &Path) -> Result<Vec<Kept>, KeptError> {
    let json = match custody::open_file(path) {
        Err(FileError::Io(error)) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    match serde_json::from_slice(&json) {
        Ok(Version { v: FORM }) => {}
        Ok(_) => return Err(KeptError::Newer),
        Err(_) => return Err(KeptError::Damaged),
    }
    let Stored { activations, .. } = serde_json::from_slice(&json).map_err(|_| KeptError::Damaged)?;
    Ok(activations)
}

/// All of them as the file has them.
fn written(all: Vec<Kept>) -> Result<Zeroizing<Vec<u8>>, KeptError> {
    // Long enough from the start: a growing Vec leaves copies behind that nobody wipes.
    let size = |kept: &Kept| {
        1024 + kept
            .addresses
            .iter()
            .map(|one| 2 * one.as_typed().len() + 16)
            .sum::<usize>()
    };
    let mut json = Zeroizing::new(Vec::with_capacity(64 + all.iter().map(size).sum::<usize>()));
    let stored = Stored {
        v: FORM,
        activations: all,
    };
    serde_json::to_writer_pretty(&mut *json, &stored).map_err(|_| KeptError::Damaged)?;
    Ok(json)
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

    use serde_json::json;

    use super::*;

    fn id(number: u8) -> String {
        format!("0199ad0e-1f7a-7000-8000-000000000{number:03}")
    }

    fn kept(activation: u8, account: u8, addresses: &[&str]) -> Kept {
        let kept = json!({
            "activation": {
                "portal": "https://portal.test",
                "id": id(activation),
                "account": id(account),
                "address": addresses[0],
                "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            },
            "addresses": addresses,
        });
        serde_json::from_value(kept).unwrap()
    }

    fn ids(activations: &Activations) -> Vec<String> {
        let all = activations.all().unwrap();
        all.iter().map(|kept| kept.activation.id().to_string()).collect()
    }

    #[test]
    fn an_account_has_one_activation_here_and_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/activations.json");
        let activations = Activations::at(Some(&path));
        assert!(ids(&activations).is_empty() && !path.exists());
        activations.keep(&kept(1, 101, &["anna@clinic.test"])).unwrap();
        activations.keep(&kept(2, 102, &["ben@lawyers.test"])).unwrap();
        activations
            .keep(&kept(3, 101, &["anna.winter@clinic.test", "anna@clinic.test"]))
            .unwrap();
        assert_eq!(ids(&activations), [id(2), id(3)]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        activations.forget(id(2).parse().unwrap()).unwrap();
        activations.forget(id(2).parse().unwrap()).unwrap();
        activations.update(&kept(2, 102, &["ben@lawyers.test"])).unwrap();
        assert_eq!(ids(&activations), [id(3)]);
        let anna = &activations.all().unwrap()[0];
        assert!(anna.has(&"ANNA@Clinic.test".parse().unwrap()) && !anna.has(&"ben@lawyers.test".parse().unwrap()));
        assert_eq!(anna.master().as_typed(), "anna.winter@clinic.test");
    }

    #[test]
    fn of_commands_at_once_none_writes_over_what_another_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("activations.json");
        std::thread::scope(|scope| {
            for number in 0..16 {
                let activations = Activations::at(Some(&path));
                scope.spawn(move || {
                    activations
                        .keep(&kept(number, 100 + number, &["anna@clinic.test"]))
                        .unwrap()
                });
            }
        });
        let mut found = ids(&Activations::at(Some(&path)));
        found.sort();
        assert_eq!(found, (0..16).map(id).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_that_others_read_or_that_is_damaged_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("activations.json");
        let activations = Activations::at(Some(&path));
        let anna = kept(1, 101, &["anna@clinic.test"]);
        activations.keep(&anna).unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        let refused = || {
            let [read, kept] = [activations.all().map(drop), activations.keep(&anna)].map(|done| {
                let error = done.unwrap_err().downcast::<KeptError>().unwrap();
                error.to_string()
            });
            assert_eq!(read, kept);
            read
        };
        let mode = |mode| std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        for exposed in [0o640, 0o604, 0o620] {
            mode(exposed);
            assert!(refused().contains("give it mode 0600"));
        }
        mode(0o600);
        for (damaged, says) in [
            (&whole[..whole.len() / 2], "does not hold activations"),
            ("", "does not hold activations"),
            ("[]", "does not hold activations"),
            (&whole.replace("AAEC", "AAE"), "does not hold activations"),
            (
                &whole.replace("\"v\": 1", "\"v\": 1, \"more\": 1"),
                "does not hold activations",
            ),
            (&whole.replace("\"v\": 1", "\"v\": 2"), "a newer restante"),
        ] {
            std::fs::write(&path, damaged).unwrap();
            assert!(refused().contains(says), "{damaged}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
        }
    }
}

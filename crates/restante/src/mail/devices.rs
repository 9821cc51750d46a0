//! What portals know this computer by at a sign-in by the password: so a stranger who tries an address without end keeps
//! nobody out here. Nothing depends on it: what cannot be read or kept is as if it had never been.

use std::{io, path::PathBuf};

use anyhow::Context as _;
use custody::FileError;
use serde::{Deserialize, Serialize};
use wire::{Address, Bytes};

use crate::activation::Activations;

const FILE: &str = "devices.json";

/// How many are kept: one a portal and account, and who has more has the newest.
const MAX_KNOWN_DEVICES: usize = 50;

#[derive(Serialize, Deserialize)]
struct Known {
    portal: String,
    address: Address,
    token: Bytes,
}

/// The file of them, beside that of the activations.
pub struct Devices(Option<PathBuf>);

impl Devices {
    pub fn beside(activations: &Activations) -> Self {
        Self(activations.path().ok().map(|path| path.with_file_name(FILE)))
    }

    /// The token that the portal gave out for that address.
    pub fn token(&self, portal: &str, address: &Address) -> Option<Bytes> {
        let mut all = self.all();
        let at = all.iter().position(|one| is_of(one, portal, address))?;
        Some(all.swap_remove(at).token)
    }

    /// Keeps the token that the portal gave out for that address, in place of an earlier one. Where there is no place for it,
    /// it is not kept.
    pub fn keep(&self, portal: &str, address: &Address, token: Bytes) -> Result<(), FileError> {
        let Some(path) = &self.0 else { return Ok(()) };
        custody::change_file(path, || {
            let mut all = self.all();
            all.retain(|one| !is_of(one, portal, address));
            all.push(Known {
                portal: portal.to_owned(),
                address: address.clone(),
                token,
            });
            let from = all.len().saturating_sub(MAX_KNOWN_DEVICES);
            let json = serde_json::to_vec_pretty(&all[from..]).map_err(io::Error::from)?;
            Ok(Some(json.into()))
        })
    }

    /// Refuses where nothing could be kept.
    pub fn ensure_can_keep(&self) -> anyhow::Result<()> {
        let path = self.0.as_deref();
        let path = path
            .context("there is no place to keep in what this computer is known by: name a file with --activations")?;
        custody::change_file(path, || Ok::<_, FileError>(None))
            .with_context(|| format!("the folder of {} cannot be used", path.display()))
    }

    fn all(&self) -> Vec<Known> {
        let read = self.0.as_ref().and_then(|path| custody::open_file(path).ok());
        read.and_then(|json| serde_json::from_slice(&json).ok())
            .unwrap_or_default()
    }
}

fn is_of(known: &Known, portal: &str, address: &Address) -> bool {
    known.portal == portal && known.address == *address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_for_its_portal_and_address_and_for_its_owners_eyes() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("restante").join("activations.json");
        let devices = Devices::beside(&Activations::at(Some(&path)));
        let (anna, ben): (Address, Address) = ("anna@clinic.test".parse().unwrap(), "ben@clinic.test".parse().unwrap());
        let (portal, other) = ("https://post.test", "https://other.test");
        assert_eq!(devices.token(portal, &anna), None);
        devices.keep(portal, &anna, Bytes(vec![1])).unwrap();
        devices.keep(portal, &ben, Bytes(vec![2])).unwrap();
        devices.keep(portal, &anna, Bytes(vec![3])).unwrap();
        assert_eq!(
            devices.token(portal, &"ANNA@clinic.test".parse().unwrap()),
            Some(Bytes(vec![3]))
        );
        assert_eq!(devices.token(portal, &ben), Some(Bytes(vec![2])));
        assert_eq!(devices.token(other, &anna), None);
        let file = path.with_file_name(FILE);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        // Damaged, it is as if there were none, and comes back.
        std::fs::write(&file, "no JSON").unwrap();
        assert_eq!(devices.token(portal, &anna), None);
        devices.keep(portal, &anna, Bytes(vec![4])).unwrap();
        assert_eq!(devices.token(portal, &anna), Some(Bytes(vec![4])));
    }
}

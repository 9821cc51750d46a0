//! Keys that are handed to the account.

use std::sync::{Arc, atomic::Ordering};

use reqwest::Method;
use vault::Vault;
use wire::{ProblemType, ids::ParcelId, sessions::Parcel};

use crate::{Error, Session};

impl Session {
    /// Takes keys that were handed to the account into its vault. Done at sign-in, and where
    /// [changes](Session::changes) tell of the account. A parcel that no key here opens, or that its giver did not sign, is
    /// left where it is: see [`Session::refused_parcels`]. The portal lets go of one when a session of a person says that it is stored; a program's does not.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn take_parcels_in(&self) -> Result<(), Error> {
        let parcels: Vec<Parcel> = self.get(self.ask(Method::GET, "/parcels")).await?;
        if parcels.is_empty() {
            self.0.refused_parcels.store(0, Ordering::Relaxed);
            return Ok(());
        }
        let parcels = Arc::new(parcels);
        // Those that are in the vault as it was stored, and no others: with its parcel, the portal forgets the vault that
        // a key came from.
        let stored = self
            .change(move |vault| {
                // Where the answer to a write was lost, its keys are in the vault as the portal has it, or it is unsaved.
                let looked = take_in(vault, &parcels);
                (looked.any, looked)
            })
            .await;
        let Looked { taken, refused, .. } = match stored {
            // Keys that the vault has no room for stay with the portal; they must not keep anybody out.
            Err(error) if error.problem() == Some(ProblemType::TooLarge) => return Ok(()),
            other => other?,
        };
        self.0.refused_parcels.store(refused, Ordering::Relaxed);
        if !self.0.in_person.load(Ordering::Relaxed) {
            return Ok(());
        }
        for parcel in taken {
            match self.tell(self.ask(Method::DELETE, &format!("/parcels/{parcel}"))).await {
                // Another client was faster, or the answer to an earlier try was lost.
                Err(error) if error.problem() == Some(ProblemType::NotFound) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// How many parcels that were there at the last look are not in the vault, because they were not signed as what the
    /// portal says that they are, or cannot be read. An honest portal has none: tell the person. One that no key here
    /// opens is not counted; its key may come.
    pub fn refused_parcels(&self) -> usize {
        self.0.refused_parcels.load(Ordering::Relaxed)
    }
}

/// What came of looking at parcels.
#[derive(Debug, PartialEq)]
struct Looked {
    /// Whether any key was new.
    any: bool,
    /// Those that are in the vault.
    taken: Vec<ParcelId>,
    refused: usize,
}

/// Takes in all that opens. A key that comes out of one parcel may open the next: those of an account that had absorbed
/// another, and was absorbed before any client of it looked.
fn take_in(vault: &mut Vault, parcels: &[Parcel]) -> Looked {
    let mut closed: Vec<&Parcel> = parcels.iter().collect();
    let (mut any, mut taken) = (false, Vec::new());
    loop {
        let (before, mut refused) = (closed.len(), 0);
        closed.retain(|parcel| {
            match vault.take_in(parcel.sealed.as_ref(), &parcel.origin) {
                Ok(new) => {
                    any |= new;
                    taken.push(parcel.id);
                    return false;
                }
                Err(vault::Error::WrongKey) => {}
                Err(_) => refused += 1,
            }
            true
        });
        if closed.len() == before {
            return Looked { any, taken, refused };
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use wire::{
        ids::{AccountId, ClaimId},
        sessions::ParcelOrigin,
    };

    use super::*;

    #[test]
    fn a_key_from_one_parcel_opens_the_next_in_whatever_order_they_come() {
        let (now, mut rng) = (1_764_000_000_000, ChaCha20Rng::seed_from_u64(1));
        let mut vault = |name: &str| {
            let address = format!("{name}@clinic.test").parse().unwrap();
            Vault::create(AccountId(uuid::Uuid::nil()), &address, now, &mut rng).unwrap()
        };
        let (mut anna, ben, carl, dora) = (vault("anna"), vault("ben"), vault("carl"), vault("dora"));
        let claim = ClaimId(uuid::Uuid::nil());
        let mut parcel = |id: u8, of: &Vault, to: &Vault| Parcel {
            id: ParcelId(uuid::Uuid::from_bytes([id; 16])),
            origin: ParcelOrigin::Claim { claim },
            sealed: of.hand_over(to.certificate(), claim, now, &mut rng).unwrap().into(),
        };
        // Carl joined Ben, who joined Anna before any client of his looked. Of the third nobody here has the key.
        let parcels = [parcel(1, &carl, &ben), parcel(2, &anna, &dora), parcel(3, &ben, &anna)];
        let id = |parcel: &Parcel| parcel.id;
        let taken = |parcels: &[&Parcel]| parcels.iter().map(|parcel| id(parcel)).collect::<Vec<_>>();
        let looked = |any, taken, refused| Looked { any, taken, refused };
        assert_eq!(
            take_in(&mut anna, &parcels),
            looked(true, taken(&[&parcels[2], &parcels[0]]), 0)
        );
        // Again, after an answer that was lost: all are in it, and nothing is the worse for it, nor is it stored again.
        assert_eq!(
            take_in(&mut anna, &parcels),
            looked(false, taken(&[&parcels[0], &parcels[2]]), 0)
        );
        // Nor is one taken in as what it is not.
        let mut foreign = parcel(4, &carl, &anna);
        foreign.origin = ParcelOrigin::Claim {
            claim: ClaimId(uuid::Uuid::max()),
        };
        assert_eq!(take_in(&mut anna, &[foreign]), looked(false, vec![], 1));
    }
}

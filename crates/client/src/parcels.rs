//! Keys that are handed to the account.

use std::sync::Arc;

use reqwest::Method;
use vault::Vault;
use wire::{ProblemType, ids::ParcelId, sessions::Parcel};

use crate::{Error, Session};

impl Session {
    /// Takes keys that were handed to the account into its vault. Done at sign-in, and where
    /// [changes](Session::changes) tell of the account. A parcel that no key here opens is left where it is.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn take_parcels_in(&self) -> Result<(), Error> {
        let parcels: Vec<Parcel> = self.get(self.ask(Method::GET, "/parcels")).await?;
        if parcels.is_empty() {
            return Ok(());
        }
        let parcels = Arc::new(parcels);
        // Those that are in the vault as it was stored, and no others: with its parcel, the portal forgets the vault that
        // a key came from.
        let stored = self
            .change(move |vault| {
                let taken = take_in(vault, &parcels);
                // Stored even if all of them were in it: the write before may be the one whose answer was lost.
                (!taken.is_empty(), taken)
            })
            .await;
        let stored = match stored {
            // Keys that the vault has no room for stay with the portal; they must not keep anybody out.
            Err(error) if error.problem() == Some(ProblemType::TooLarge) => return Ok(()),
            other => other?,
        };
        for parcel in stored {
            match self.tell(self.ask(Method::DELETE, &format!("/parcels/{parcel}"))).await {
                // Another client was faster, or the answer to an earlier try was lost.
                Err(error) if error.problem() == Some(ProblemType::NotFound) => {}
                other => other?,
            }
        }
        Ok(())
    }
}

/// Takes in all that opens. A key that comes out of one parcel may open the next: those of an account that had absorbed
/// another, and was absorbed before any client of it looked.
fn take_in(vault: &mut Vault, parcels: &[Parcel]) -> Vec<ParcelId> {
    let mut closed: Vec<&Parcel> = parcels.iter().collect();
    let mut taken = Vec::new();
    loop {
        let before = closed.len();
        closed.retain(|parcel| {
            let opens = vault.take_in(parcel.sealed.as_ref()).is_ok();
            if opens {
                taken.push(parcel.id);
            }
            !opens
        });
        if closed.len() == before {
            return taken;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn a_key_from_one_parcel_opens_the_next_in_whatever_order_they_come() {
        let (now, mut rng) = (1_764_000_000_000, ChaCha20Rng::seed_from_u64(1));
        let mut vault = |name: &str| {
            let address = format!("{name}@clinic.test").parse().unwrap();
            Vault::create(&address, now, &mut rng).unwrap()
        };
        let (mut anna, ben, carl, dora) = (vault("anna"), vault("ben"), vault("carl"), vault("dora"));
        let mut parcel = |id: u8, of: &Vault, to: &Vault| Parcel {
            id: ParcelId(uuid::Uuid::from_bytes([id; 16])),
            sealed: of.hand_over(to.certificate(), now, &mut rng).unwrap().into(),
        };
        // Carl joined Ben, who joined Anna before any client of his looked. Of the third nobody here has the key.
        let parcels = [parcel(1, &carl, &ben), parcel(2, &anna, &dora), parcel(3, &ben, &anna)];
        let id = |parcel: &Parcel| parcel.id;
        assert_eq!(take_in(&mut anna, &parcels), [id(&parcels[2]), id(&parcels[0])]);
        // Again, after an answer that was lost: all are in it, and nothing is the worse for it.
        assert_eq!(take_in(&mut anna, &parcels), [id(&parcels[0]), id(&parcels[2])]);
    }
}

//! Custody: the portal's own key, in a file of its own, outside database and blob store.
//!
//! The only part of a server that can open anything, and it can do no more than what
//! [`portal::ports::custody::Custody`] names: make the key that mail for an invited address waits under, and hand that key over
//! to the certificate of the person who has registered.

mod file;

use certificate::Certificate;
use portal::ports::custody::{Custody, CustodyError, Rng, WaitingKey};
use rand::{CryptoRng, RngCore};
use vault::{AccountKey, open_parcel, seal_parcel};
use wire::{Address, Millis, ids::AccountId, sessions::ParcelOrigin};
use zeroize::Zeroizing;

pub use file::{FileError, create_file, open_file};

/// The User ID of every custody key: an address that no mail reaches (RFC 2606).
const USER_ID: &str = "custody@portal.invalid";

/// A custody key.
pub struct CustodyKey {
    /// A list of one, which is how parcels are opened: with whichever of several keys fits.
    key: [AccountKey; 1],
}

/// Bytes that are no custody key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a custody key")]
pub struct NotACustodyKey;

impl CustodyKey {
    /// A new key.
    ///
    /// # Errors
    /// Where the time cannot stand in an OpenPGP key.
    pub fn generate(now: Millis, rng: &mut (impl CryptoRng + RngCore)) -> Result<Self, CustodyError> {
        let user_id: Address = USER_ID.parse().map_err(|_| CustodyError::Making)?;
        let key = AccountKey::generate(&user_id, now, rng).map_err(|_| CustodyError::Making)?;
        Ok(Self { key: [key] })
    }

    /// As an OpenPGP transferable secret key, to be stored.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.key[0].to_bytes()
    }

    /// From stored bytes.
    ///
    /// # Errors
    /// Where they are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotACustodyKey> {
        Ok(Self {
            key: [AccountKey::parse(bytes).map_err(|_| NotACustodyKey)?],
        })
    }
}

impl std::fmt::Debug for CustodyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustodyKey(…)")
    }
}

impl Custody for CustodyKey {
    fn make_waiting_key(
        &self,
        account: AccountId,
        address: &Address,
        now: Millis,
        mut rng: &mut dyn Rng,
    ) -> Result<WaitingKey, CustodyError> {
        let waiting = AccountKey::generate(address, now, &mut rng).map_err(|_| CustodyError::Making)?;
        let own = self.key[0].certificate();
        let origin = ParcelOrigin::Invitation {
            account,
            address: address.clone(),
        };
        let sealed = seal_parcel(std::slice::from_ref(&waiting), &origin, own, now, &mut rng);
        let sealed = sealed.map_err(|_| CustodyError::Making)?;
        Ok(WaitingKey {
            account,
            certificate: waiting.certificate().clone(),
            sealed,
        })
    }

    fn hand_over(
        &self,
        sealed: &[u8],
        origin: &ParcelOrigin,
        to: &Certificate,
        now: Millis,
        mut rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, CustodyError> {
        let waiting = open_parcel(&self.key, sealed, origin).map_err(|_| CustodyError::Opening)?;
        seal_parcel(&waiting, origin, to, now, &mut rng).map_err(|_| CustodyError::Sealing)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;
    use vault::{Correspondent, Letter, Vault};
    use wire::people::{Recipient, RecipientKind};

    use super::*;

    const NOW: Millis = 1_790_000_000_000;

    fn account(n: u8) -> AccountId {
        format!("0199ad0e-1f7a-7000-8000-0000000000{n:02x}").parse().unwrap()
    }

    fn invited(n: u8, address: &str) -> ParcelOrigin {
        ParcelOrigin::Invitation {
            account: account(n),
            address: address.parse().unwrap(),
        }
    }

    #[test]
    fn mail_that_waited_is_read_after_the_hand_over_and_only_by_the_person() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let custody = CustodyKey::generate(NOW, &mut rng).unwrap();
        let custody = CustodyKey::from_bytes(&custody.to_bytes()).unwrap();
        let address: Address = "gina@partner.test".parse().unwrap();
        let waiting = custody.make_waiting_key(account(1), &address, NOW, &mut rng).unwrap();

        let anna = Vault::create(account(2), &"anna@example.test".parse().unwrap(), NOW, &mut rng).unwrap();
        let letter = Letter {
            from: Correspondent {
                name: None,
                address: "anna@example.test".parse().unwrap(),
            },
            to: vec![Correspondent {
                name: None,
                address: address.clone(),
            }],
            cc: vec![],
            subject: "Results".into(),
            text: "All is well.".into(),
            html: None,
            files: vec![],
        };
        let id = "0199ad0e-1f7a-7000-8000-000000000001".parse().unwrap();
        let answer = [Recipient {
            address: address.clone(),
            account: "0199ad0e-1f7a-7000-8000-000000000002".parse().unwrap(),
            name: None,
            standing: RecipientKind::Invited,
            certificate: waiting.certificate.to_bytes().into(),
            predecessors: vec![],
        }];
        let own = "0199ad0e-1f7a-7000-8000-000000000003".parse().unwrap();
        let readers = anna
            .check_readers(own, &[address.clone().into()], &answer, None)
            .unwrap();
        let sealed = anna.seal(&letter, id, "Anna", &readers, NOW, &mut rng).unwrap();

        let mut gina = Vault::create(account(1), &address, NOW, &mut rng).unwrap();
        let packet = &sealed.key_packets[0].packet;
        assert!(gina.open_body(id, packet, &sealed.body, anna.certificate()).is_err());
        let parcel = custody
            .hand_over(
                &waiting.sealed,
                &invited(1, "gina@partner.test"),
                gina.certificate(),
                NOW,
                &mut rng,
            )
            .unwrap();
        gina.take_in(&parcel, &invited(1, "Gina@partner.test")).unwrap();
        assert_eq!(
            gina.open_body(id, packet, &sealed.body, anna.certificate())
                .unwrap()
                .letter,
            letter
        );

        let mut stranger = Vault::create(account(1), &address, NOW, &mut rng).unwrap();
        assert!(stranger.take_in(&parcel, &invited(1, "gina@partner.test")).is_err());
    }

    #[test]
    fn another_custody_opens_nothing() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let custody = CustodyKey::generate(NOW, &mut rng).unwrap();
        let other = CustodyKey::generate(NOW, &mut rng).unwrap();
        let waiting = custody
            .make_waiting_key(account(1), &"gina@partner.test".parse().unwrap(), NOW, &mut rng)
            .unwrap();
        let to = waiting.certificate.clone();
        let ginas = invited(1, "gina@partner.test");
        let refused = other.hand_over(&waiting.sealed, &ginas, &to, NOW, &mut rng);
        assert_eq!(refused, Err(CustodyError::Opening));
        // Nor is it handed over as another account's, or for another address.
        for origin in [invited(2, "gina@partner.test"), invited(1, "eve@partner.test")] {
            let refused = custody.hand_over(&waiting.sealed, &origin, &to, NOW, &mut rng);
            assert_eq!(refused, Err(CustodyError::Opening));
        }
        let mut damaged = waiting.sealed;
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        assert_eq!(
            custody.hand_over(&damaged, &ginas, &to, NOW, &mut rng),
            Err(CustodyError::Opening)
        );
        assert!(CustodyKey::from_bytes(b"no key").is_err());
    }
}

//! Custody: the portal's own key, in a file of its own, outside database and blob store.
//!
//! The only part of a server that can open anything, and it can do no more than what
//! [`portal::ports::custody::Custody`] names: make the key that mail for an invited address waits under, and hand that key over
//! to the certificate of the person who has registered.

mod file;

use portal::ports::custody::{Custody, CustodyError, InvitedAddress, Receiver, Rng, WaitingKey};
use rand::{CryptoRng, RngCore};
use vault::{AccountKey, CustodySecret, seal_parcel};
use wire::{Address, Millis};
use zeroize::Zeroizing;

pub use file::{FileError, change_file, create_file, open_file};

/// A custody key.
#[derive(Debug)]
pub struct CustodyKey(CustodySecret);

/// Bytes that are no custody key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a custody key")]
pub struct NotACustodyKey;

impl CustodyKey {
    /// A new key.
    pub fn generate(rng: &mut (impl CryptoRng + RngCore)) -> Self {
        Self(CustodySecret::generate(rng))
    }

    /// To be stored.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.0.to_bytes()
    }

    /// From stored bytes.
    ///
    /// # Errors
    /// Where they are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotACustodyKey> {
        CustodySecret::from_bytes(bytes).map(Self).map_err(|_| NotACustodyKey)
    }
}

impl Custody for CustodyKey {
    fn make_waiting_key(
        &self,
        invited: InvitedAddress<'_>,
        now: Millis,
        mut rng: &mut dyn Rng,
    ) -> Result<WaitingKey, CustodyError> {
        let InvitedAddress { account, address } = invited;
        let waiting = AccountKey::generate(address, now, &mut rng).map_err(|_| CustodyError::Making)?;
        let locked = self.0.lock(&waiting, account, address, &mut rng);
        Ok(WaitingKey {
            certificate: waiting.certificate().clone(),
            locked: locked.map_err(|_| CustodyError::Making)?,
        })
    }

    fn hand_over(
        &self,
        locked: &[u8],
        invited: InvitedAddress<'_>,
        to: Receiver<'_>,
        now: Millis,
        mut rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, CustodyError> {
        let InvitedAddress { account, address } = invited;
        let is_address = |user_id: &str| user_id.parse::<Address>().is_ok_and(|named| named == *address);
        if let Receiver::Registrant(certificate) = to
            && !certificate.user_ids().any(is_address)
        {
            return Err(CustodyError::WrongCertificate);
        }
        let waiting = self
            .0
            .unlock(locked, account, address)
            .map_err(|_| CustodyError::Opening)?;
        let waiting = std::slice::from_ref(&waiting);
        seal_parcel(waiting, &invited.origin(), to.certificate(), now, &mut rng).map_err(|_| CustodyError::Sealing)
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
    const ACCOUNT: &str = "0199ad0e-1f7a-7000-8000-000000000001";
    const OTHER_ACCOUNT: &str = "0199ad0e-1f7a-7000-8000-000000000002";

    fn invited<'a>(account: &str, address: &'a Address) -> InvitedAddress<'a> {
        let account = account.parse().unwrap();
        InvitedAddress { account, address }
    }

    #[test]
    fn mail_that_waited_is_read_after_the_hand_over_and_only_by_the_person() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let custody = CustodyKey::generate(&mut rng);
        let custody = CustodyKey::from_bytes(&custody.to_bytes()).unwrap();
        let address: Address = "gina@partner.test".parse().unwrap();
        let invited = invited(ACCOUNT, &address);
        let waiting = custody.make_waiting_key(invited, NOW, &mut rng).unwrap();

        let anna = Vault::create(
            OTHER_ACCOUNT.parse().unwrap(),
            &"anna@example.test".parse().unwrap(),
            NOW,
            &mut rng,
        )
        .unwrap();
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

        let mut gina = Vault::create(ACCOUNT.parse().unwrap(), &address, NOW, &mut rng).unwrap();
        let packet = &sealed.key_packets[0].packet;
        assert!(
            gina.open_body(id, packet, &sealed.body, anna.certificate(), NOW)
                .is_err()
        );
        let registrant = Receiver::Registrant(gina.certificate());
        let parcel = custody
            .hand_over(&waiting.locked, invited, registrant, NOW, &mut rng)
            .unwrap();
        gina.take_in(&parcel, &invited.origin()).unwrap();
        assert_eq!(
            gina.open_body(id, packet, &sealed.body, anna.certificate(), NOW)
                .unwrap()
                .letter,
            letter
        );

        let mut stranger = Vault::create(ACCOUNT.parse().unwrap(), &address, NOW, &mut rng).unwrap();
        assert!(stranger.take_in(&parcel, &invited.origin()).is_err());
    }

    #[test]
    fn another_custody_opens_nothing() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (custody, other) = (CustodyKey::generate(&mut rng), CustodyKey::generate(&mut rng));
        let address = "gina@partner.test".parse().unwrap();
        let invited = invited(ACCOUNT, &address);
        let waiting = custody.make_waiting_key(invited, NOW, &mut rng).unwrap();
        let to = Receiver::Registrant(&waiting.certificate);
        let refused = other.hand_over(&waiting.locked, invited, to, NOW, &mut rng);
        assert_eq!(refused, Err(CustodyError::Opening));
        let mut damaged = waiting.locked;
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        assert_eq!(
            custody.hand_over(&damaged, invited, to, NOW, &mut rng),
            Err(CustodyError::Opening)
        );
        for no_key in [&b"no key"[..], b"restante custody 2\n", &[0; 32]] {
            assert!(CustodyKey::from_bytes(no_key).is_err());
        }
    }

    /// Whoever can write into the database puts one invited person's waiting key beside their own invitation.
    #[test]
    fn a_waiting_key_is_handed_over_for_its_own_address_and_account_alone() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let custody = CustodyKey::generate(&mut rng);
        let gina: Address = "gina@partner.test".parse().unwrap();
        let mallory: Address = "mallory@partner.test".parse().unwrap();
        let waiting = custody
            .make_waiting_key(invited(ACCOUNT, &gina), NOW, &mut rng)
            .unwrap();
        let vaults =
            [&gina, &mallory].map(|address| Vault::create(ACCOUNT.parse().unwrap(), address, NOW, &mut rng).unwrap());
        let [of_gina, of_mallory] = vaults.each_ref().map(Vault::certificate);
        let mut hand_over =
            |account, address, to| custody.hand_over(&waiting.locked, invited(account, address), to, NOW, &mut rng);
        for (account, address, to, refused) in [
            (
                OTHER_ACCOUNT,
                &mallory,
                Receiver::Registrant(of_mallory),
                CustodyError::Opening,
            ),
            (
                ACCOUNT,
                &mallory,
                Receiver::Registrant(of_mallory),
                CustodyError::Opening,
            ),
            (
                OTHER_ACCOUNT,
                &gina,
                Receiver::Registrant(of_gina),
                CustodyError::Opening,
            ),
            (
                OTHER_ACCOUNT,
                &mallory,
                Receiver::Claimant(of_mallory),
                CustodyError::Opening,
            ),
            (
                ACCOUNT,
                &gina,
                Receiver::Registrant(of_mallory),
                CustodyError::WrongCertificate,
            ),
        ] {
            assert_eq!(hand_over(account, address, to), Err(refused), "{account} {address}");
        }
        hand_over(ACCOUNT, &gina, Receiver::Registrant(of_gina)).unwrap();
        // Mallory's claim on the address was confirmed by its reader.
        hand_over(ACCOUNT, &gina, Receiver::Claimant(of_mallory)).unwrap();
    }
}

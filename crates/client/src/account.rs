//! The account as the portal has it now, and the certificate that follows its addresses.

use std::sync::PoisonError;

use reqwest::Method;
use vault::{Certificate, Vault};
use wire::{
    Address, Bytes, ProblemType,
    claims::WriteCertificate,
    sessions::{Account, OwnAddress},
};

use crate::{Environment, Error, Session, client::blocking};

/// How often the account may change under our hands before we give up.
const MAX_ROUNDS: usize = 3;

impl Session {
    /// Takes the account up as it is now. Where the User IDs of its certificate are not its addresses, the certificate is
    /// signed anew and handed to the portal: whoever promoted the Master may not have come to it.
    ///
    /// Done at sign-in, where [changes](Session::changes) tell of the account, and where a message is refused because its
    /// sender's address changed.
    ///
    /// # Errors
    /// Where the portal cannot be reached, or does not take the certificate.
    pub async fn refresh(&self) -> Result<(), Error> {
        let mut rounds = 0;
        loop {
            let account = self.current().await?.account;
            if account.id != self.account().id {
                return Err(Error::Answer("another account than the one that is signed in"));
            }
            rounds += 1;
            match self.settle(account).await {
                // The addresses are others again.
                Err(error) if error.problem() == Some(ProblemType::Unacceptable) && rounds < MAX_ROUNDS => {}
                other => return other,
            }
        }
    }

    /// Knows the account as this from now on, and sees to its certificate.
    pub(crate) async fn settle(&self, mut account: Account) -> Result<(), Error> {
        let (held, environment) = (self.0.held.clone(), self.0.client.environment.clone());
        let seen = account.clone();
        let signed = blocking(move || {
            let mut held = held.write().unwrap_or_else(PoisonError::into_inner);
            dress(&mut held.vault, &seen, &environment)
        })
        .await??;
        self.set_account(account.clone())?;
        let Some(certificate) = signed else {
            return Ok(());
        };
        let certificate: Bytes = certificate.to_bytes().into();
        let request = WriteCertificate {
            certificate: certificate.clone(),
        };
        self.tell(self.ask(Method::PUT, "/certificate").json(&request)?).await?;
        account.certificate = certificate;
        self.set_account(account)
    }
}

/// Puts the portal's copy of the account's certificate on the vault. Where that does not say what addresses the account
/// has, makes one that does, which the portal is to have.
pub(crate) fn dress(
    vault: &mut Vault,
    account: &Account,
    environment: &Environment,
) -> Result<Option<Certificate>, vault::Error> {
    let mut addresses: Vec<&OwnAddress> = account.addresses.iter().collect();
    addresses.sort_by_key(|own| !own.master);
    let addresses: Vec<Address> = addresses.into_iter().map(|own| own.address.clone()).collect();
    // A copy that is not of this account's key, or was altered, is replaced like one that is too old.
    if let Ok(published) = Certificate::parse(account.certificate.as_ref())
        && vault.adopt(&published).is_ok()
        && names(&published, &addresses)
    {
        return Ok(None);
    }
    vault
        .certify(&addresses, environment.now(), &mut environment.rng())
        .map(Some)
}

/// Whether the User IDs are these addresses as they were typed, the Master's the first.
fn names(certificate: &Certificate, addresses: &[Address]) -> bool {
    let user_ids: Vec<&str> = certificate.user_ids().collect();
    user_ids.len() == addresses.len()
        && user_ids.first().copied() == addresses.first().map(Address::as_typed)
        && addresses.iter().all(|address| user_ids.contains(&address.as_typed()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use wire::{ids::AccountId, sessions::AccountKind};

    use super::*;

    fn environment() -> Environment {
        let seed = AtomicU8::new(0);
        Environment::new(|| 1_764_000_000_000, move || [seed.fetch_add(1, Ordering::SeqCst); 32])
    }

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    fn id() -> AccountId {
        "0199ad0e-1f7a-7000-8000-000000000001".parse().unwrap()
    }

    /// The account of those addresses, of which the portal says in any order which is the Master.
    fn account(addresses: &[&str], master: &str, certificate: &Certificate) -> Account {
        let addresses = addresses.iter().map(|text| OwnAddress {
            address: address(text),
            master: *text == master,
            confirmed_at: 0,
            separable_until: None,
        });
        Account {
            id: id(),
            name: "Anna".into(),
            kind: AccountKind::Professional,
            administrator: false,
            addresses: addresses.collect(),
            certificate: certificate.to_bytes().into(),
        }
    }

    fn user_ids(vault: &Vault) -> Vec<String> {
        vault.certificate().user_ids().map(str::to_owned).collect()
    }

    #[test]
    fn a_certificate_follows_the_addresses_and_is_made_only_where_it_does_not() {
        let environment = environment();
        let (old, new) = ("Anna@clinic.test", "Anna.Winter@clinic.test");
        let vault = || Vault::create(id(), &address(old), environment.now(), &mut environment.rng());
        let mut vault = vault().unwrap();
        let first = vault.certificate().clone();
        let as_it_was = account(&[old], old, &first);
        assert_eq!(dress(&mut vault, &as_it_was, &environment).unwrap(), None);

        // She has promoted another address with a client that did not come to sign.
        let promoted = account(&[old, new], new, &first);
        let signed = dress(&mut vault, &promoted, &environment)
            .unwrap()
            .expect("one is made");
        assert_eq!(signed.fingerprint(), first.fingerprint());
        assert_eq!(user_ids(&vault), [new, old]);
        let settled = account(&[old, new], new, &signed);
        assert_eq!(dress(&mut vault, &settled, &environment).unwrap(), None);

        // Another client of hers adopts what this one made, and one that has more than the account drops it.
        let (key, mut other) = (vault::VaultKey::generate(&mut environment.rng()), environment.rng());
        let mut other = Vault::unlock(&vault.lock(&key, &mut other).unwrap(), id(), &key).unwrap();
        assert_eq!(dress(&mut other, &settled, &environment).unwrap(), None);
        assert_eq!(user_ids(&other), [new, old]);
        let removed = account(&[new], new, &signed);
        assert!(dress(&mut other, &removed, &environment).unwrap().is_some());
        assert_eq!(user_ids(&other), [new]);
    }

    #[test]
    fn a_certificate_of_another_key_is_replaced() {
        let environment = environment();
        let anna = "anna@clinic.test";
        let mut vault = Vault::create(id(), &address(anna), environment.now(), &mut environment.rng()).unwrap();
        let foreign = Vault::create(id(), &address(anna), environment.now(), &mut environment.rng()).unwrap();
        let own = vault.certificate().fingerprint();
        let account = account(&[anna], anna, foreign.certificate());
        let signed = dress(&mut vault, &account, &environment).unwrap().expect("one is made");
        assert_eq!((signed.fingerprint(), vault.certificate().fingerprint()), (own, own));
    }
}

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
const ROUNDS: usize = 3;

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
            rounds += 1;
            match self.settle(account).await {
                // The addresses are others again.
                Err(error) if error.problem() == Some(ProblemType::Unacceptable) && rounds < ROUNDS => {}
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

//! The account's own addresses: the Master, aliases, and those that are claimed.

use reqwest::Method;
use wire::{
    Address, ProblemType,
    claims::{AddClaim, Aliases, Claim, Promote, RemoveAlias},
    ids::ClaimId,
};

use crate::{Error, Session};

impl Session {
    /// The addresses that the account has, and those that it claims.
    ///
    /// # Errors
    /// `not-allowed` for a Guest.
    pub async fn aliases(&self) -> Result<Aliases, Error> {
        self.get(self.ask(Method::GET, "/aliases")).await
    }

    /// Claims an address: a confirmation message goes to its basic inbox. An address that is claimed already is mailed
    /// again.
    ///
    /// # Errors
    /// `address-yours`, `too-many-addresses`, `too-many-requests`; `not-allowed` for a Guest.
    pub async fn claim(&self, address: &Address) -> Result<Claim, Error> {
        let address = address.clone();
        // Not repeated: each time is a mail.
        let ask = self.ask(Method::POST, "/claims").json(&AddClaim { address })?;
        self.0.client.http.once(ask).await
    }

    /// Mails a claim's confirmation again: a new link, and the earlier one dies.
    ///
    /// # Errors
    /// `not-found`, `too-many-requests`.
    pub async fn mail_again(&self, claim: ClaimId) -> Result<Claim, Error> {
        let path = format!("/claims/{claim}/mail");
        self.0.client.http.once(self.ask(Method::POST, &path)).await
    }

    /// Gives a claim up.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn cancel(&self, claim: ClaimId) -> Result<(), Error> {
        self.tell(self.ask(Method::DELETE, &format!("/claims/{claim}"))).await
    }

    /// Makes an alias the Master: notifications go to it from now on, and messages come from it. Other sessions end. With
    /// `tell_correspondents` those whom messages were exchanged with are told.
    ///
    /// # Errors
    /// `password-needed` where the last password was given more than five minutes ago: [give
    /// it](Session::give_password), and promote again. `not-found` where the address is no alias.
    pub async fn promote(&self, address: &Address, tell_correspondents: bool) -> Result<(), Error> {
        let request = Promote {
            address: address.clone(),
            tell_correspondents,
        };
        self.tell(self.ask(Method::POST, "/aliases/promote").json(&request)?)
            .await?;
        self.follow_addresses().await;
        Ok(())
    }

    /// Takes an alias off the account. Messages that came to it stay.
    ///
    /// # Errors
    /// `master-stays`, `not-found`.
    pub async fn remove(&self, address: &Address) -> Result<(), Error> {
        let was_ours = self.account().addresses.iter().any(|own| own.address == *address);
        let request = RemoveAlias {
            address: address.clone(),
        };
        let removed = self
            .tell(self.ask(Method::POST, "/aliases/remove").json(&request)?)
            .await;
        match removed {
            // The answer to an earlier try was lost, or another client was faster.
            Err(error) if error.problem() == Some(ProblemType::NotFound) && was_ours => {}
            other => other?,
        }
        self.follow_addresses().await;
        Ok(())
    }

    /// What was done to the addresses stands, whatever becomes of this: a certificate that could not be signed anew is at
    /// the next sign-in, or where a message is refused for it.
    pub(crate) async fn follow_addresses(&self) {
        let _ = self.refresh().await;
    }
}

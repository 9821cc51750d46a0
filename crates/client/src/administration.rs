//! What an administrator does. Others are answered `not-allowed`.

use reqwest::Method;
use wire::{
    Address,
    claims::{AddClaim, Claim},
    ids::{AccountId, ClaimId},
    people::{Invite, ManagedAccount, ManagedAccountDetails, SetDisabled},
    sessions::AccountKind,
};

use crate::{Error, Session};

impl Session {
    /// Invites an address; the invitation goes out as basic mail.
    ///
    /// # Errors
    /// Where the portal refuses.
    pub async fn invite(&self, address: &Address, kind: AccountKind) -> Result<ManagedAccount, Error> {
        let ask = self.ask(Method::POST, "/admin/invitations").json(&Invite {
            address: address.clone(),
            kind,
        })?;
        // Not repeated: each time may be a mail.
        self.0.client.http.once(ask).await
    }

    /// At most `limit` accounts (1 to 100), newest first, before that one.
    ///
    /// # Errors
    /// Where the portal refuses.
    pub async fn accounts(&self, before: Option<AccountId>, limit: u32) -> Result<Vec<ManagedAccount>, Error> {
        let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
        self.get(self.ask(Method::GET, &format!("/admin/accounts?limit={limit}{before}")))
            .await
    }

    /// Disables an account, or enables it again.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn set_disabled(&self, account: AccountId, disabled: bool) -> Result<(), Error> {
        let path = format!("/admin/accounts/{account}/disabled");
        self.tell(self.ask(Method::PUT, &path).json(&SetDisabled { disabled })?)
            .await
    }

    /// An account from near: its addresses, its claims without their numbers, what happened to it.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn account_details(&self, account: AccountId) -> Result<ManagedAccountDetails, Error> {
        self.get(self.ask(Method::GET, &format!("/admin/accounts/{account}")))
            .await
    }

    /// Claims an address for an account. A confirmation message goes to that address; its reader confirms.
    ///
    /// # Errors
    /// `not-found`, and as of [`Session::claim`].
    pub async fn claim_for(&self, account: AccountId, address: &Address) -> Result<Claim, Error> {
        let address = address.clone();
        let path = format!("/admin/accounts/{account}/claims");
        let ask = self.ask(Method::POST, &path).json(&AddClaim { address })?;
        self.0.client.http.once(ask).await
    }

    /// Mails the confirmation of an account's claim again.
    ///
    /// # Errors
    /// `not-found`, `too-many-requests`.
    pub async fn mail_again_for(&self, account: AccountId, claim: ClaimId) -> Result<Claim, Error> {
        let path = format!("/admin/accounts/{account}/claims/{claim}/mail");
        self.0.client.http.once(self.ask(Method::POST, &path)).await
    }
}

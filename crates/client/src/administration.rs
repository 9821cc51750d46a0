//! What an administrator does. Others are answered `not-allowed`.

use reqwest::Method;
use wire::{
    Address,
    activations::{Program, ProgramInUse, SetBlocked, SetLeastVersion, Version},
    claims::{AddClaim, Claim},
    ids::{AccountId, ActivationId, ClaimId},
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

    /// An account from near: its addresses, its claims without their numbers, its activations, what happened to it.
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
    /// Blocks an activation of an account, which its owner cannot unblock, or unblocks it.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn set_activation_blocked(
        &self,
        account: AccountId,
        activation: ActivationId,
        blocked: bool,
    ) -> Result<(), Error> {
        let path = format!("/admin/accounts/{account}/activations/{activation}/blocked");
        self.tell(self.ask(Method::PUT, &path).json(&SetBlocked { blocked })?)
            .await
    }

    /// The client programs that are in use, with their versions, and the least version of each that may be.
    ///
    /// # Errors
    /// Where the portal refuses.
    pub async fn programs(&self) -> Result<Vec<ProgramInUse>, Error> {
        self.get(self.ask(Method::GET, "/admin/programs")).await
    }

    /// Sets the least version of a program that may be used, or that any may.
    ///
    /// # Errors
    /// Where the portal refuses.
    pub async fn set_least_version(&self, program: &Program, least_version: Option<Version>) -> Result<(), Error> {
        let path = format!("/admin/programs/{program}/least-version");
        self.tell(self.ask(Method::PUT, &path).json(&SetLeastVersion { least_version })?)
            .await
    }
}

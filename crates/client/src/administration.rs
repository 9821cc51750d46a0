//! What an administrator does. Others are answered `not-allowed`.

use reqwest::Method;
use wire::{
    Address,
    ids::AccountId,
    people::{Invite, ManagedAccount, SetDisabled},
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
}

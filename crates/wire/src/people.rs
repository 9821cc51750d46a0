//! Recipients, correspondents, and what an administrator does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Address, Bytes, Millis,
    activations::Activation,
    claims::{Claim, Predecessor},
    ids::{AccountId, DeliveryId},
    list::bounded,
    sessions::{AccountKind, Activity, OwnAddress},
};

/// Asks for the certificates to seal a message to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrepareRecipients {
    /// As the writer typed them.
    #[schema(max_items = 100)]
    #[serde(deserialize_with = "bounded")]
    pub addresses: Vec<Address>,
    /// The delivery that is being answered: a Guest may write to whoever took part in it.
    #[serde(default)]
    pub in_reply_to: Option<DeliveryId>,
}

/// One address that a message may be sealed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recipient {
    /// As the writer typed it.
    pub address: Address,
    /// Who stands behind it. Several addresses of one account share it, and get one key packet.
    pub account: AccountId,
    /// The name, once registered.
    pub name: Option<String>,
    /// Registered, or still invited.
    pub standing: RecipientKind,
    /// The OpenPGP certificate, reduced to this one address as its User ID.
    pub certificate: Bytes,
    /// The certificates that the address had before and that name this one as their successor, newest first, at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<Predecessor>,
}

/// Whether somebody has registered under an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecipientKind {
    /// Has a Secure Account.
    Registered,
    /// Will be invited, or was; mail waits under a key in the portal's custody.
    Invited,
}

/// Somebody the account has exchanged messages with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Correspondent {
    /// The name, once registered.
    pub name: Option<String>,
    /// Where to write to them: their Master, or the address they were invited under.
    pub address: Address,
    /// The address that they were last dealt with under, or one before by which they were found, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formerly: Option<Address>,
    /// Professional or Guest.
    pub kind: AccountKind,
    /// When the last message went either way.
    pub last_at: Millis,
}

/// An administrator's invitation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// Whom.
    pub address: Address,
    /// As what.
    pub kind: AccountKind,
}

/// An account as an administrator sees it: who and when, never what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ManagedAccount {
    /// Its id.
    pub id: AccountId,
    /// The name, once registered.
    pub name: Option<String>,
    /// Professional or Guest.
    pub kind: AccountKind,
    /// Whether the person administers the portal.
    pub administrator: bool,
    /// Invited, active, disabled or absorbed.
    pub state: AccountState,
    /// The confirmed addresses; for an invited account the invited one.
    pub addresses: Vec<OwnAddress>,
    /// When it was invited.
    pub created_at: Millis,
}

/// An account as an administrator sees it from near.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ManagedAccountDetails {
    /// As the list has it.
    #[serde(flatten)]
    pub account: ManagedAccount,
    /// Its pending claims, without their numbers.
    pub claims: Vec<Claim>,
    /// The client programs that are authorised for it.
    pub activations: Vec<Activation>,
    /// What happened to it, newest first, at most 100.
    pub activity: Vec<Activity>,
}

/// The life of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccountState {
    /// Nobody has registered yet.
    Invited,
    /// In use.
    Active,
    /// Stopped by an administrator: cannot sign in, cannot be written to.
    Disabled,
    /// Joins another account, which holds its addresses already; its messages and keys follow unless its password separates
    /// the two until then.
    Joining,
    /// Joined another account, which holds its addresses, mailboxes and keys now.
    Absorbed,
}

/// Disables an account or enables it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDisabled {
    /// Whether it is to be disabled.
    pub disabled: bool,
}

//! Invitation, registration, sign-in, session and vault.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Address, Bytes, Millis,
    ids::{AccountId, ClaimId, ParcelId, SignInId, SlotId},
    opaque::PasswordSetup,
    vaults::VaultWritten,
};

/// What anybody may know of the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Portal {
    /// The organisation's name for its portal.
    pub name: String,
    /// The version of the software.
    pub version: String,
    /// The largest file, sealed, in bytes.
    pub max_file_size: u64,
    /// The largest body, sealed, in bytes.
    pub max_body_size: u64,
    /// The most recipients of one message.
    pub max_recipients: u32,
    /// Whether this is a demonstration with a view of everybody's basic inbox at `/demo/basic-mail`.
    pub demo: bool,
}

/// Who may do what (vocabulary: Professional, Guest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// Invites, and writes to anyone.
    Professional,
    /// Free: reads, replies, and writes to Professionals it has dealt with.
    Guest,
}

/// The secret of an invitation link, which stands in the link's fragment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    /// 32 bytes.
    pub token: Bytes,
}

/// What an open invitation says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// The address that was invited.
    pub address: Address,
    /// What the person will be.
    pub kind: AccountKind,
    /// Who wrote or invited, if a person did.
    pub invited_by: Option<Person>,
    /// How many messages are waiting.
    pub waiting: u32,
    /// Until when the link works.
    pub expires_at: Millis,
}

/// The first half of choosing a password (OPAQUE registration).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartRegistration {
    /// The invitation's secret.
    pub token: Bytes,
    /// OPAQUE `RegistrationRequest`.
    pub registration_request: Bytes,
}

/// The portal's answer to the first half.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistrationStarted {
    /// The account that the invitation opens.
    pub account: AccountId,
    /// OPAQUE `RegistrationResponse`.
    pub registration_response: Bytes,
    /// Under what the password is chosen.
    pub setup: PasswordSetup,
}

/// The second half: everything the new account consists of.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The invitation's secret.
    pub token: Bytes,
    /// The person's name, shown to those they write to. 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// OPAQUE `RegistrationUpload`.
    pub registration_upload: Bytes,
    /// The number of the setup that the password was chosen under.
    pub password_setup: u32,
    /// The new OpenPGP certificate, with the invited address as its one User ID.
    pub certificate: Bytes,
    /// The vault, encrypted.
    pub vault: NewVault,
    /// How the session's secret is to be carried.
    pub carrier: Carrier,
}

/// A vault as a client first stores it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVault {
    /// The keyring and settings, encrypted under the vault key: the first revision.
    pub sealed: Bytes,
    /// The id of the way in by the password, as it stands in the vault.
    pub slot: SlotId,
    /// The vault key wrapped under the password.
    pub password_slot: Bytes,
}

/// The first half of a sign-in (OPAQUE KE1).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartSignIn {
    /// Any confirmed address of the account.
    pub address: Address,
    /// OPAQUE `CredentialRequest`.
    pub credential_request: Bytes,
    /// What the portal gave to this device at a sign-in before, where no cookie carries it: the account's own devices do not
    /// wait for strangers who try its addresses.
    #[serde(default)]
    pub device_token: Option<Bytes>,
    /// Whether the password is that of the account that had the address until a short while ago, to separate it from the one
    /// that has it now. It begins no session.
    #[serde(default)]
    pub separates: bool,
}

/// The portal's answer (OPAQUE KE2); made up, and not to be told from a real one, where nobody has the address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignInStarted {
    /// This attempt. Good for one minute and one try.
    pub sign_in: SignInId,
    /// OPAQUE `CredentialResponse`.
    pub credential_response: Bytes,
    /// Under what the password is proved; made up like the answer where nobody has the address.
    pub setup: PasswordSetup,
}

/// The second half (OPAQUE KE3).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishSignIn {
    /// The attempt.
    pub sign_in: SignInId,
    /// OPAQUE `CredentialFinalization`.
    pub credential_finalization: Bytes,
    /// How the session's secret is to be carried.
    pub carrier: Carrier,
}

/// How a client carries its session's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    /// In a cookie that no script can read: browsers.
    Cookie,
    /// In `Authorization: Bearer`: programs.
    Bearer,
}

/// A session that has just begun.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The vault as it is stored.
    pub vault: Vault,
    /// The session's secret, for `Authorization: Bearer`; absent where a cookie carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<String>,
    /// 32 bytes for the device to keep beyond the session, and to bring along at the next sign-in by the password. Absent
    /// where the device has its own already, and where a cookie carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_token: Option<Bytes>,
}

/// Asks for a link that makes a device known, so that it need not wait for strangers who try the address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskDeviceLink {
    /// Any confirmed address of the account.
    pub address: Address,
}

/// What the page behind such a link shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceLinkShown {
    /// The address that it went to.
    pub address: Address,
    /// Until when it works.
    pub expires_at: Millis,
}

/// Makes the device known that the request comes from. Nobody is signed in by it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemDeviceLink {
    /// The link's secret.
    pub token: Bytes,
    /// How the device is to carry its token.
    pub carrier: Carrier,
}

/// The device is known: it has tries of its own at the account's addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceKnown {
    /// The address that the link went to.
    pub address: Address,
    /// 32 bytes for the device to bring along when it signs in; absent where a cookie carries them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_token: Option<Bytes>,
}

/// The session that a request belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Whose it is.
    pub account: Account,
    /// 32 bytes under which the browser keeps the vault key; they live and die with the session.
    pub reload_key: Bytes,
    /// When it ends.
    pub expires_at: Millis,
    /// Until when the password that was given counts as given just now: what promoting an address takes.
    pub password_until: Millis,
    /// Whether a person began it by the password, and no program.
    pub in_person: bool,
}

/// Gives the password again in a session that goes on. Both halves of OPAQUE as in a sign-in, begun at `/sign-ins`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivePassword {
    /// The attempt.
    pub sign_in: SignInId,
    /// OPAQUE `CredentialFinalization`.
    pub credential_finalization: Bytes,
}

/// Until when the password counts as given just now. The session's former secret is worth nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasswordGiven {
    /// Five minutes from when it was given.
    pub password_until: Millis,
    /// The session's new secret, for `Authorization: Bearer`; absent where a cookie carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<String>,
}

/// The signed-in person's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The person's name.
    pub name: String,
    /// Professional or Guest.
    pub kind: AccountKind,
    /// Whether the person administers the portal.
    pub administrator: bool,
    /// The Master, and the aliases.
    pub addresses: Vec<OwnAddress>,
    /// The account's certificate as the portal has it. Where its User IDs are not the addresses, the client makes it
    /// anew.
    pub certificate: Bytes,
}

/// One confirmed address of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnAddress {
    /// The address as typed.
    pub address: Address,
    /// Whether it is the Master.
    pub master: bool,
    /// When it was confirmed.
    pub confirmed_at: Millis,
    /// Until when the password of the account that had it before takes it back. Absent where nobody's does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separable_until: Option<Millis>,
}

/// An account's vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Vault {
    /// The revision that stands in its head: counts up with each write; the `ETag` of `/vault`.
    pub version: i64,
    /// The keyring and settings, encrypted under the vault key, behind a clear head.
    pub sealed: Bytes,
    /// When it was written, and by what: what a client that knows no vault of the account shows to its person.
    pub written: VaultWritten,
    /// The ways to unlock it that this session may see.
    pub slots: Vec<Slot>,
}

/// One way to unlock a vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Slot {
    /// Its id.
    pub id: SlotId,
    /// Which way it is.
    pub kind: SlotKind,
    /// The vault key, wrapped.
    pub wrapped: Bytes,
}

/// The ways to unlock a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SlotKind {
    /// Under a key from the OPAQUE export key.
    Password,
    /// Under a key from what an activated client program keeps.
    Activation,
}

/// A new state of the vault: the next revision. `If-Match` names the version that it replaces.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteVault {
    /// The keyring and settings, encrypted under the same vault key.
    pub sealed: Bytes,
}

/// The version that a write made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VaultVersion {
    /// Counts up with each write.
    pub version: i64,
}

/// What a parcel comes of. Its giver's signature binds it to that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ParcelOrigin {
    /// An account was absorbed by this claim: its whole keyring, signed by its own key.
    Claim {
        /// The claim.
        claim: ClaimId,
    },
    /// Mail waited for an address that nobody had registered: the key that it waited under, which signs for itself.
    Invitation {
        /// The account that was invited.
        account: AccountId,
        /// Its address.
        address: Address,
    },
}

/// Secret keys sealed to the account's certificate, to be taken into its keyring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Parcel {
    /// Its id.
    pub id: ParcelId,
    /// What it comes of.
    pub origin: ParcelOrigin,
    /// An OpenPGP message that holds transferable secret keys, signed by the first of them.
    pub sealed: Bytes,
}

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// The name, once registered.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

/// Something of consequence that happened to the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// When.
    pub at: Millis,
    /// What.
    pub kind: ActivityKind,
    /// Which address it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Whether an administrator did it.
    #[serde(default)]
    pub by_administrator: bool,
}

/// What is recorded for the account's owner to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActivityKind {
    /// The account was registered.
    Registered,
    /// Somebody signed in with the password.
    SignedIn,
    /// The portal's custody key opened the waiting key and handed it to the new certificate.
    WaitingKeyHandedOver,
    /// An administrator disabled the account.
    Disabled,
    /// An administrator enabled the account again.
    Enabled,
    /// An address was claimed.
    ClaimAdded,
    /// A claim's link was mailed again: the one before is dead.
    ClaimMailed,
    /// A claim was cancelled by its claimant.
    ClaimCancelled,
    /// Whoever reads the claimed address said that it was not them.
    ClaimRefused,
    /// A claim ended after three wrong numbers.
    ClaimGuessed,
    /// A claimed address became an alias.
    AliasAdded,
    /// Another account, which had the address, was absorbed with its messages.
    AccountAbsorbed,
    /// The account was absorbed into the one that claimed the address.
    AbsorbedInto,
    /// Another account, which had the address, began to join: its addresses are here, its messages and keys follow.
    AccountJoining,
    /// The account began to join the one that claimed the address.
    JoiningInto,
    /// The password of this account took addresses back from the one that had claimed them.
    Separated,
    /// The password of the account that had addresses before took them back.
    SeparatedFrom,
    /// An alias moved to another account, which claimed it.
    AliasMovedAway,
    /// An alias became the Master.
    Promoted,
    /// Those the account has dealt with were told of the new Master.
    CorrespondentsTold,
    /// An alias was removed.
    AliasRemoved,
    /// Somebody said *This wasn't me* in a security notice: all sessions, activations and claims ended.
    AlarmRaised,
    /// A client program was activated.
    Activated,
    /// An activation was removed.
    ActivationRemoved,
    /// An activation was blocked.
    ActivationBlocked,
    /// An activation was unblocked.
    ActivationUnblocked,
    /// A session began by a hand-over, without the password.
    HandedOver,
    /// A device that nobody had signed in from was made known by a link that went to the address.
    DeviceMadeKnown,
}

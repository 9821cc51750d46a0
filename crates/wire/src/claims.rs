//! Claims on addresses, and what they become: aliases, the Master.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Address, Bytes, Millis,
    ids::{AccountId, ClaimId, SignInId},
    list::bounded,
    mailbox::Notification,
    sessions::{OwnAddress, Person, Vault},
};

/// The addresses of an account: those that it has, and those that it claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Aliases {
    /// The Master first, then the aliases in the order in which they were confirmed.
    pub addresses: Vec<OwnAddress>,
    /// Pending claims, oldest first; one that has expired stays until it is mailed again or cancelled.
    pub claims: Vec<Claim>,
}

/// A request to add an address that nobody has proved yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// Its id.
    pub id: ClaimId,
    /// The address as typed.
    pub address: Address,
    /// Four digits, to be typed on the confirmation page where its browser is not signed in as the claimant. Absent where
    /// an administrator looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Whether an administrator added it for the account.
    pub by_administrator: bool,
    /// When it was added.
    pub created_at: Millis,
    /// Until when the link in its newest mail works.
    pub expires_at: Millis,
    /// How its newest mail fares.
    pub mail: Notification,
}

/// Claims an address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddClaim {
    /// As typed.
    pub address: Address,
}

/// The secret of a link in a basic mail, which stands in the link's fragment: a confirmation's or a notice's.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// 32 bytes.
    pub token: Bytes,
}

/// What the page behind a confirmation link shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimShown {
    /// The claimed address.
    pub address: Address,
    /// Who asked, under their Master.
    pub claimant: Person,
    /// The fingerprint of the claimant's certificate, 64 hexadecimal digits: what is handed over is sealed to that key, and
    /// whoever hands it over may want to compare it before.
    pub claimant_fingerprint: String,
    /// Whether an administrator added it for the claimant.
    pub by_administrator: bool,
    /// Until when the link works.
    pub expires_at: Millis,
    /// What confirming does.
    pub outcome: Outcome,
    /// Whether the request comes from a session of the claimant's in which the password was given. Then another account's
    /// messages and keys join at once; otherwise after a while, in which its password separates the two again.
    pub by_claimant: bool,
    /// What confirming takes.
    pub asks: Asks,
}

/// What confirming a claim does, by what the address is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// Nobody has the address: it becomes an alias.
    Joins,
    /// Mail waits for it, and nobody has registered: the mail joins the claimant's.
    MailJoins {
        /// How many messages wait.
        waiting: u32,
    },
    /// It is the Master of a Secure Account: that account is absorbed.
    Absorbs,
    /// It is an alias of a Secure Account: the person chooses to move this one address, or to absorb the account.
    MovesOrAbsorbs,
}

/// What the confirmation page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Asks {
    /// One click: the request comes from a session of the claimant.
    Click,
    /// The number that stands beside the claim.
    Number,
    /// The password of the Secure Account that has the address.
    Password,
}

/// Proves the password of the account that has a claimed address. Both halves of OPAQUE as in a sign-in, begun at
/// `/sign-ins` with the claimed address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProveOwner {
    /// The link's secret.
    pub token: Bytes,
    /// The attempt.
    pub sign_in: SignInId,
    /// OPAQUE `CredentialFinalization`.
    pub credential_finalization: Bytes,
}

/// What whoever proved the password needs to hand the account over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProvedOwner {
    /// 32 bytes that stand for the proof, for ten minutes.
    pub proof: Bytes,
    /// The claim, which the parcel is bound to.
    pub claim: ClaimId,
    /// The account that was proved.
    pub account: AccountId,
    /// Its addresses, the Master first.
    pub addresses: Vec<OwnAddress>,
    /// Its vault, to be opened with the password.
    pub vault: Vault,
    /// The claimant's current certificate, which its keyring is to be sealed to; reduced to the claimant's Master.
    pub claimant_certificate: Bytes,
}

/// Confirms a claim.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The link's secret.
    pub token: Bytes,
    /// How.
    pub by: ConfirmBy,
}

/// How a claim is confirmed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ConfirmBy {
    /// By the request's session, which is the claimant's.
    Click {},
    /// By the number beside the claim.
    Number {
        /// Four digits.
        number: String,
    },
    /// By the password of the account that has the address, which is absorbed.
    Absorb {
        /// Of the password.
        proof: Bytes,
        /// The version of the vault whose keyring was handed over.
        vault_version: i64,
        /// The whole keyring, sealed to the claimant's certificate.
        parcel: Bytes,
        /// One for each address of the account.
        #[schema(max_items = 50)]
        #[serde(deserialize_with = "bounded")]
        successions: Vec<Succession>,
    },
    /// By the password of the account that has the address as an alias, which this one address leaves.
    Move {
        /// Of the password.
        proof: Bytes,
        /// For this one address.
        succession: Succession,
    },
}

/// What the key that an address had says of the one that it gets, so that nobody who knew the one is warned of the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// The address.
    pub address: Address,
    /// Signed by the key that the address had (docs/formats.md).
    pub statement: Bytes,
}

/// A certificate that an address had before, with what it says of its successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Predecessor {
    /// The OpenPGP certificate, with that address as its one User ID.
    pub certificate: Bytes,
    /// Its statement of succession.
    pub statement: Bytes,
}

/// A claim was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Confirmed {
    /// The address, which is the claimant's alias now.
    pub address: Address,
    /// Whose it is now, under their Master.
    pub claimant: Person,
    /// Until when the password of the account that had the address takes it back, with all that came with it. Until then
    /// that account's messages and keys are withheld. Absent where all is the claimant's for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separable_until: Option<Millis>,
}

/// Separates an account again from the one that absorbed it, or that one of its addresses moved to. Both halves of OPAQUE as
/// in a sign-in, begun at `/sign-ins` with `separates`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Separate {
    /// An address that it had.
    pub address: Address,
    /// The attempt.
    pub sign_in: SignInId,
    /// OPAQUE `CredentialFinalization`.
    pub credential_finalization: Bytes,
}

/// Two accounts were separated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Separated {
    /// The addresses that are again of the account that had them before.
    pub addresses: Vec<Address>,
}

/// Makes an alias the Master. Takes a password given in the last five minutes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Promote {
    /// The alias.
    pub address: Address,
    /// Whether those whom the account has exchanged messages with are told the new address.
    pub tell_correspondents: bool,
}

/// Takes an alias off the account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveAlias {
    /// The alias.
    pub address: Address,
}

/// Replaces the account's certificate by one of the same key whose User IDs are the confirmed addresses.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteCertificate {
    /// Every confirmed address exactly once as a User ID, as the account has it typed, the Master first.
    pub certificate: Bytes,
}

/// Asks for the certificate of an address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindCertificate {
    /// The address.
    pub address: Address,
}

/// The certificate of an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundCertificate {
    /// As asked for.
    pub address: Address,
    /// The OpenPGP certificate with this one address as its User ID.
    pub certificate: Bytes,
}

/// What the page behind *This wasn't me* in a security notice shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlarmShown {
    /// The address that the notice went to.
    pub address: Address,
    /// Until when the link works.
    pub expires_at: Millis,
    /// When *This wasn't me* was said by it: from then on it does nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_at: Option<Millis>,
    /// Until when the password of the account that had the address before takes it back, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separable_until: Option<Millis>,
}

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::Millis;

/// An RFC 9457 problem document: the body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What is wrong, for programs. Stable.
    #[serde(rename = "type")]
    pub kind: ProblemType,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, for people, in English. Never holds personal data.
    pub title: String,
    /// What to do about it, or which field it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// After how many seconds trying again makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// How many tries are left, where they are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// Which addresses it is about, as the request gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:literal, $title:literal;)*) => {
        /// Every kind of problem that the API answers with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ProblemType {$(
            $(#[$doc])*
            #[serde(rename = $slug)]
            $name,
        )*}

        impl ProblemType {
            /// All of them, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The short English sentence that goes with it.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Its name in JSON.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }
        }
    };
}

// By hand: the derive does not see through the macro to the names in JSON.
impl PartialSchema for ProblemType {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Every kind of problem that the API answers with."))
            .enum_values(Some(Self::ALL.iter().map(|kind| kind.slug())))
            .into()
    }
}

impl ToSchema for ProblemType {}

problems! {
    /// The body, a header, a path or a query that is not what the route takes.
    Malformed = "malformed", 400, "The request is not what this route takes.";
    /// A certificate, an upload or a slot that does not hold what it must.
    Unacceptable = "unacceptable", 422, "What was sent is well-formed, but cannot be accepted.";
    /// What is to be sealed and is not, or in another way than the one, or for another key.
    NotSealed = "not-sealed", 422, "What was sent is not sealed as it must be. Nothing was stored.";
    /// No session, or one that has ended.
    SignedOut = "signed-out", 401, "Sign in first.";
    /// The request names another account than its session is of: somebody else signed in in that browser.
    OtherAccount = "other-account", 409, "Somebody else is signed in here now.";
    /// Address and password do not go together; said alike for an address nobody has.
    WrongCredentials = "wrong-credentials", 401, "The address or the password is wrong.";
    /// The account was disabled by an administrator.
    AccountDisabled = "account-disabled", 403, "This account is disabled. Ask the administrator of this portal.";
    /// The account's kind may not do this.
    NotAllowed = "not-allowed", 403, "Your account may not do this.";
    /// A request that changes something came from a page of another site.
    ForeignOrigin = "foreign-origin", 403, "This request came from another site.";
    /// A Guest addressed somebody it has not dealt with.
    RecipientsNotAllowed = "recipients-not-allowed", 403, "You may not write to some of these addresses.";
    /// There is none, or none that the caller may see.
    NotFound = "not-found", 404, "There is no such thing here.";
    /// A route that takes other methods.
    MethodNotAllowed = "method-not-allowed", 405, "This route does not take that method.";
    /// An invitation link that was never given out.
    InvitationUnknown = "invitation-unknown", 404, "This invitation link is not one of ours.";
    /// An invitation link past its days.
    InvitationExpired = "invitation-expired", 410, "This invitation link has expired.";
    /// A link from a mail, for somebody who will administer the portal.
    PrintedLinkNeeded = "printed-link-needed", 403, "This person will administer the portal, and registers by the link that its command line printed. Ask whoever runs the server: `restante init` prints a new one.";
    /// An invitation whose address has registered already.
    InvitationUsed = "invitation-used", 409, "This invitation was accepted already.";
    /// What the request replaces has changed since it was read.
    VersionConflict = "version-conflict", 412, "This was changed elsewhere meanwhile.";
    /// A recipient's certificate changed between preparing and sending.
    RecipientsChanged = "recipients-changed", 409, "Some recipients changed while the message was being sealed.";
    /// An idempotency key that came before with another body, or a message id that exists.
    IdempotencyConflict = "idempotency-conflict", 409, "This was sent before with other content.";
    /// A file that was neither uploaded by the sender nor received in a message.
    FileUnknown = "file-unknown", 422, "A file of this message was not uploaded.";
    /// The uploaded bytes are not those that the hash names.
    HashMismatch = "hash-mismatch", 422, "The upload arrived damaged. Nothing was stored; send it again.";
    /// The upload ended before its declared length.
    UploadIncomplete = "upload-incomplete", 400, "The upload was cut off. Nothing was stored; send it again.";
    /// Larger than the portal takes.
    TooLarge = "too-large", 413, "This is larger than the portal takes.";
    /// What it takes needs the password to have been given in the last five minutes.
    PasswordNeeded = "password-needed", 403, "Give your password again.";
    /// The Master, or the certificate that names it, changed between sealing and sending.
    SenderChanged = "sender-changed", 409, "Your address changed while the message was being sealed.";
    /// No activation has this token: it was removed, or never made.
    ActivationUnknown = "activation-unknown", 401, "This program is not activated, or not any more. Activate it again.";
    /// The owner of the account blocked the activation.
    ActivationBlocked = "activation-blocked", 403, "This activation is blocked. Unblock it in your account.";
    /// An administrator blocked the activation, which its owner cannot unblock.
    BlockedByPortal = "blocked-by-portal", 403, "An administrator of this portal blocked this activation. Ask them.";
    /// Another address was promoted to Master since the program was activated.
    NeedsReactivation = "needs-reactivation", 403, "The Master address has changed. Remove this activation, and activate again.";
    /// The account has as many activations as it may have.
    TooManyActivations = "too-many-activations", 409, "The account has as many activations as it may have. Remove one first.";
    /// The program's version is older than the portal allows.
    ProgramOutdated = "program-outdated", 403, "This version of the program is too old for this portal. Bring in the newest.";
    /// A confirmation, notice, device or hand-over link that was never given out, was used, or was swept.
    LinkUnknown = "link-unknown", 404, "This link is not one of ours.";
    /// A confirmation, notice or device link past its time.
    LinkExpired = "link-expired", 410, "This link has expired.";
    /// A confirmation or device link that a newer mail replaced.
    LinkReplaced = "link-replaced", 410, "A newer mail replaced this link.";
    /// A claim that was cancelled, refused, or ended by wrong numbers.
    ClaimEnded = "claim-ended", 410, "This request was ended.";
    /// A claim that was confirmed already.
    ClaimConfirmed = "claim-confirmed", 409, "This address was confirmed already.";
    /// The address is not what it was when the page was loaded.
    ClaimChanged = "claim-changed", 409, "What is known of this address has changed. Load the page again.";
    /// The address was confirmed for another account meanwhile.
    AddressTaken = "address-taken", 409, "This address was confirmed for another account meanwhile.";
    /// The address is one of the account's own.
    AddressYours = "address-yours", 409, "This address is yours already.";
    /// Not the number that stands beside the claim.
    WrongNumber = "wrong-number", 403, "This is not the number.";
    /// The account that would be absorbed is the portal's only administrator.
    OnlyAdministrator = "only-administrator", 409, "This account is the only administrator of the portal.";
    /// The account took over something that can still be separated from it, and gives none of it away until then.
    StillSeparable = "still-separable", 409, "What this account took over can still be taken back by whoever had it. Try again when that has ended.";
    /// Nothing of the address can be separated: it was never taken over, or the time for that has passed.
    NotSeparable = "not-separable", 409, "This address cannot be taken back: it was not taken over, or the time for that has passed.";
    /// The Master cannot be removed.
    MasterStays = "master-stays", 409, "The Master cannot be removed. Promote another address first.";
    /// The account has as many addresses as it may have.
    TooManyAddresses = "too-many-addresses", 409, "The account has as many addresses as it may have.";
    /// More requests than one caller may make.
    TooManyRequests = "too-many-requests", 429, "Too many requests. Wait a little, then try again.";
    /// More wrong passwords than one address or network may try.
    TooManyAttempts = "too-many-attempts", 429, "Too many attempts. Wait a little, then try again.";
    /// The portal could not answer in time.
    TimedOut = "timed-out", 503, "The portal took too long. Try again.";
    /// Database or blob store cannot be reached.
    Unavailable = "unavailable", 503, "The portal cannot reach its storage right now. Nothing was lost; try again.";
    /// A fault of the portal's own.
    Internal = "internal", 500, "Something went wrong in the portal.";
}

impl Problem {
    /// The bare problem of a kind.
    pub fn new(kind: ProblemType) -> Self {
        Self {
            kind,
            status: kind.status(),
            title: kind.title().to_owned(),
            detail: None,
            retry_after: None,
            tries_left: None,
            addresses: Vec::new(),
        }
    }

    /// Says what to do, or which field it is about.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says after how many seconds the same may be asked again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// As [`Problem::retry_after`], by milliseconds, rounded up: who asks when told is not early.
    #[must_use]
    pub fn retry_after_millis(self, wait: Millis) -> Self {
        self.retry_after(u32::try_from((wait + 999) / 1000).unwrap_or(u32::MAX))
    }
}

impl From<ProblemType> for Problem {
    fn from(kind: ProblemType) -> Self {
        Self::new(kind)
    }
}

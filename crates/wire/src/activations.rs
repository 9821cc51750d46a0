//! Client programs that are authorised for an account without its password, and the way from one client to the next.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de::Error as _};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::{
    Address, Bytes, Millis,
    ids::ActivationId,
    sessions::{Carrier, SignedIn},
};

/// A client program: `outlook`, `command-line`, or any that somebody writes. 1 to 32 letters, digits and hyphens, in
/// lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Program(String);

impl Program {
    /// The add-in for Outlook.
    pub const OUTLOOK: &'static str = "outlook";
    /// `restante` itself.
    pub const COMMAND_LINE: &'static str = "command-line";

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not the name of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a program's name is 1 to 32 letters, digits and hyphens in lower case")]
pub struct NotAProgram;

impl FromStr for Program {
    type Err = NotAProgram;

    fn from_str(text: &str) -> Result<Self, NotAProgram> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match (1..=32).contains(&text.len()) && text.bytes().all(fits) {
            true => Ok(Self(text.to_owned())),
            false => Err(NotAProgram),
        }
    }
}

impl<'de> Deserialize<'de> for Program {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialSchema for Program {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A client program: `outlook`, `command-line`, or any other."))
            .pattern(Some("^[a-z0-9-]{1,32}$"))
            .into()
    }
}

impl ToSchema for Program {}

/// The version of a program: three numbers, the first the weightiest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub [u32; 3]);

/// Not a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version is three numbers with dots between them, like 1.2.0")]
pub struct NotAVersion;

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let mut numbers = text.split('.');
        let mut next = || {
            let digits = numbers.next()?;
            // One spelling: no sign, and no zero before another digit.
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
            digits.parse().ok().filter(|_| plain)
        };
        match (next(), next(), next(), numbers.next()) {
            (Some(major), Some(minor), Some(patch), None) => Ok(Self([major, minor, patch])),
            _ => Err(NotAVersion),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl PartialSchema for Version {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Three numbers, the first the weightiest: `1.2.0`."))
            .pattern(Some(r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$"))
            .into()
    }
}

impl ToSchema for Version {}

/// One client program that is authorised for the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activation {
    /// Its id.
    pub id: ActivationId,
    /// Which program.
    pub program: Program,
    /// The version that used it last.
    pub version: Version,
    /// Where it runs, in the program's own words: `Outlook on the web`, a computer's name.
    pub device: String,
    /// The address that it stands under: the Master when it was activated.
    pub address: Address,
    /// Whether it can be used, and if not, why.
    pub state: ActivationState,
    /// When it was activated.
    pub created_at: Millis,
    /// When it was last used.
    pub last_used_at: Millis,
    /// Whether it is the one that this very request comes from.
    #[serde(default)]
    pub current: bool,
}

/// Whether an activation can be used. Of several reasons against it the portal's block is told first, then that it needs
/// re-activation, then its owner's block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationState {
    /// It can.
    Active,
    /// Its owner blocked it.
    Blocked,
    /// An administrator blocked it; its owner cannot unblock it.
    BlockedByPortal,
    /// Another address was promoted to Master since: remove it, and activate again.
    NeedsReactivation,
}

/// Authorises a client program. Takes a session that began with the password, given a short while ago.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Activate {
    /// Which program.
    pub program: Program,
    /// Its version.
    pub version: Version,
    /// Where it runs, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub device: String,
    /// 32 bytes by which the program is known from now on; the portal keeps their hash.
    pub token: Bytes,
    /// The vault key, wrapped under what the program alone keeps.
    pub slot: Bytes,
}

/// Begins a session by an activation. Its secret is a bearer's; its rights are those of reading and writing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginByActivation {
    /// The activation's token.
    pub token: Bytes,
    /// The version of the program that runs now.
    pub version: Version,
}

/// Blocks an activation, or unblocks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetBlocked {
    /// Whether it is to be blocked.
    pub blocked: bool,
}

/// Prepares a way from this client to the next: from Outlook to the Secure Webmail. Good once, and for two minutes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrepareHandOver {
    /// 32 bytes by which the next client is known; the portal keeps their hash.
    pub token: Bytes,
    /// The vault key, wrapped under what stands in the link alone.
    pub wrapped: Bytes,
}

/// A way that was prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandOverPrepared {
    /// Until when it is good.
    pub expires_at: Millis,
}

/// The token of a hand-over, made from the secret in its link.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOverToken {
    /// 32 bytes.
    pub token: Bytes,
}

/// Whose session a hand-over begins: shown before it does, so that nobody writes under an account that is not theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandOver {
    /// The person's name.
    pub name: String,
    /// The Master.
    pub address: Address,
    /// Until when it is good.
    pub expires_at: Millis,
}

/// Takes a hand-over: a session begins.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeHandOver {
    /// 32 bytes, made from the secret in the link.
    pub token: Bytes,
    /// How the session's secret is to be carried.
    pub carrier: Carrier,
}

/// A session that has just begun, and the vault key for it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HandedOver {
    /// The session.
    pub signed_in: SignedIn,
    /// The vault key, wrapped under what stands in the link alone.
    pub wrapped: Bytes,
}

/// What a program's versions are in use, and which may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProgramInUse {
    /// Which program.
    pub program: Program,
    /// Versions before this one are refused; all may be used where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_version: Option<Version>,
    /// The versions that activations were last used by, the newest first.
    pub versions: Vec<VersionInUse>,
}

/// One version of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionInUse {
    /// The version.
    pub version: Version,
    /// How many activations it was the last to use.
    pub activations: u32,
    /// When one of them was last used.
    pub last_used_at: Millis,
}

/// Sets which versions of a program may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLeastVersion {
    /// Versions before this one are refused from now on; none is where it is absent.
    #[serde(default)]
    pub least_version: Option<Version>,
}

/// What an add-in for Outlook wants to know of its portal. Anybody may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutlookInfo {
    /// Whether the portal offers the add-in: where its administrator did not say where office.js is, it does not.
    pub offered: bool,
    /// The newest version of the add-in's pages: what the portal serves.
    pub version: Version,
    /// The version of the manifest, which counts up when Outlook's own entry for the add-in changes.
    pub manifest_version: Version,
    /// Versions before this one are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_version: Option<Version>,
    /// What stays in Outlook of a message that was written there and sent securely.
    pub leaves: Leaves,
}

/// What stays in Outlook of a message that was written there and sent securely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Leaves {
    /// Nothing: the draft is emptied and discarded.
    #[default]
    Nothing,
    /// A note, in place of the draft, that says to whom and when, and where to read it.
    Note,
    /// The draft as it was written, without its recipients, so that it cannot be sent by mistake.
    Copy,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("1.10.0") > version("1.9.9"));
        assert!(version("2.0.0") > version("1.99.99"));
        assert_eq!(version("0.1.0").to_string(), "0.1.0");
        for bad in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "1.2.x",
            "01.2.3",
            "+1.2.3",
            "1..3",
            "1.2.4294967296",
            " 1.2.3",
        ] {
            assert_eq!(bad.parse::<Version>(), Err(NotAVersion), "{bad:?}");
        }
    }

    #[test]
    fn a_programs_name_is_short_and_plain() {
        assert!(Program::OUTLOOK.parse::<Program>().is_ok());
        assert!(Program::COMMAND_LINE.parse::<Program>().is_ok());
        for bad in ["", "Outlook", "a b", "é", &"a".repeat(33)] {
            assert_eq!(bad.parse::<Program>(), Err(NotAProgram), "{bad:?}");
        }
    }
}

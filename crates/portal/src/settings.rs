//! What a portal was set up with: what the administrator chose, and the portal's own secrets.

use hmac::{
    Hmac, Mac as _,
    digest::{Key, KeyInit},
};
use opaque_ke::ServerSetup;
use wire::{Millis, activations::Leaves, opaque::Suite};
use zeroize::Zeroizing;

use crate::ports::clock::Entropy;

/// What the administrator chose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The organisation's name for its portal, on every page and mail.
    pub name: String,
    /// Where people reach it, without a slash at the end: `https://mail.example.org`.
    pub public_url: String,
    /// The largest sealed file, in bytes.
    pub max_file_size: u64,
    /// The largest sealed body, in bytes.
    pub max_body_size: u64,
    /// The most recipients of one message.
    pub max_recipients: u32,
    /// How long a session lasts, in milliseconds.
    pub session_lifetime: Millis,
    /// How long an invitation link works, in milliseconds.
    pub invitation_lifetime: Millis,
    /// How long the link in a confirmation mail works, in milliseconds.
    pub claim_lifetime: Millis,
    /// The most new addresses that one account may invite in a day.
    pub invitations_a_day: u32,
    /// The most recipients that the messages of one account may have in an hour, all together.
    pub recipients_an_hour: u32,
    /// How many mails of a kind one account causes to one address in an hour before they are put off and go out together.
    pub notifications_an_hour: u32,
    /// How many bytes of files one account may upload in a day.
    pub uploads_a_day: u64,
    /// Requests that one network may make a second, and ten times that in a burst.
    pub requests_a_second: u32,
    /// The domains, in canonical form, whose Professionals' certificates are published in a Web Key Directory.
    pub directory_domains: Vec<String>,
    /// What stays in Outlook of a message that was written there and sent securely.
    pub outlook_leaves: Leaves,
    /// Origins beside Outlook's own that may embed the add-in's pane, each as [`outlook::host`](crate::outlook::host)
    /// gives it.
    pub outlook_hosts: Vec<String>,
    /// Where the pane loads office.js from, as [`outlook::office_js`](crate::outlook::office_js) gives it.
    pub office_js: String,
    /// Whether a proxy stands before the portal whose `X-Forwarded-For` counts.
    pub behind_proxy: bool,
    /// Whether this is a demonstration, with a view of everybody's basic inbox.
    pub demo: bool,
    /// Where the demonstration's basic mails lie.
    pub demo_mail: Option<std::path::PathBuf>,
}

/// Where Microsoft serves office.js. The page of the bundle names it, too.
pub const MICROSOFT_OFFICE_JS: &str = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js";

/// An hour, in milliseconds.
pub const HOUR: Millis = 3_600_000;

/// A day, in milliseconds.
pub const DAY: Millis = 24 * HOUR;

impl Settings {
    /// A portal of that name at that place, everything else as it comes.
    pub fn new(name: impl Into<String>, public_url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            public_url: public_url.into().trim_end_matches('/').to_owned(),
            max_file_size: 5 << 30,
            max_body_size: 1 << 20,
            max_recipients: 100,
            session_lifetime: 12 * HOUR,
            invitation_lifetime: 30 * DAY,
            claim_lifetime: DAY,
            invitations_a_day: 500,
            recipients_an_hour: 3000,
            notifications_an_hour: 5,
            uploads_a_day: 50 << 30,
            requests_a_second: 100,
            directory_domains: Vec::new(),
            outlook_leaves: Leaves::default(),
            outlook_hosts: Vec::new(),
            office_js: MICROSOFT_OFFICE_JS.to_owned(),
            behind_proxy: false,
            demo: false,
            demo_mail: None,
        }
    }

    /// The host name that people reach it under.
    pub(crate) fn host(&self) -> &str {
        let rest = self
            .public_url
            .split_once("://")
            .map_or(&*self.public_url, |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or_default()
    }

    /// Whether browsers reach the portal encrypted. Only a portal on loopback may do without.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The portal's own secrets. A file of their own, mode 0600, outside database and backups of it: with the database
/// alone nobody can try passwords.
pub struct Secrets {
    /// The portal's half of OPAQUE.
    pub(crate) opaque: ServerSetup<Suite>,
    /// What addresses and networks are hashed with where they must not stand in clear.
    pub(crate) pepper: Zeroizing<[u8; 32]>,
}

/// A secrets file that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a portal's secrets file")]
pub struct NotSecrets;

impl Secrets {
    /// New secrets.
    pub fn generate(entropy: &Entropy) -> Self {
        Self {
            opaque: ServerSetup::new(&mut entropy.rng()),
            pepper: Zeroizing::new(entropy.secret()),
        }
    }

    /// A keyed hash of a value, for one purpose: HMAC-SHA-256 (RFC 2104).
    pub(crate) fn keyed_hash(&self, purpose: &str, value: &[u8]) -> [u8; 32] {
        // A key shorter than a block is padded with zeros: the same in one step less that could fail.
        let mut key = Key::<Hmac<sha2::Sha256>>::default();
        key[..self.pepper.len()].copy_from_slice(&*self.pepper);
        let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new(&key);
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        mac.finalize().into_bytes().into()
    }

    /// As bytes, to be stored.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(self.pepper.to_vec());
        bytes.extend_from_slice(&self.opaque.serialize());
        bytes
    }

    /// From stored bytes.
    ///
    /// # Errors
    /// Where they are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotSecrets> {
        let (pepper, opaque) = bytes.split_first_chunk::<32>().ok_or(NotSecrets)?;
        let opaque = ServerSetup::deserialize(opaque).map_err(|_| NotSecrets)?;
        Ok(Self {
            opaque,
            pepper: Zeroizing::new(*pepper),
        })
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

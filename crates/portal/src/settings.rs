//! What a portal was set up with: what the administrator chose, and the portal's own secrets.

use hmac::{
    Hmac, Mac as _,
    digest::{Key, KeyInit},
};
use opaque_ke::ServerSetup;
use wire::{
    Address, Millis,
    activations::Leaves,
    opaque::{self, PasswordSetup, Stretching, Suite},
};
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
    /// Where the add-in's pane loads office.js from, as [`outlook::office_js`](crate::outlook::office_js) gives it. Where
    /// nobody said, there is no add-in, and no script of anybody else's on the portal's host.
    pub office_js: Option<String>,
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
            office_js: None,
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

    /// The origin of the public URL: what clients are bound to in a sign-in.
    pub(crate) fn origin(&self) -> String {
        opaque::origin_of(&self.public_url).unwrap_or_else(|| self.public_url.clone())
    }

    /// Whether browsers reach the portal encrypted. Only a portal on loopback may do without.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The portal's own secrets. A file of their own, mode 0600, outside database and backups of it: with the database
/// alone nobody can try passwords.
pub struct Secrets {
    /// The portal's half of OPAQUE, once or twice: the newest first. New passwords are chosen under the newest; those of the
    /// one before go on until they are chosen anew.
    setups: Vec<Setup>,
    /// What addresses and networks are hashed with where they must not stand in clear.
    pepper: Zeroizing<[u8; 32]>,
}

/// One of the portal's halves of OPAQUE.
pub(crate) struct Setup {
    /// What a password's record names it by.
    pub(crate) number: u32,
    /// How passwords under it are stretched.
    pub(crate) stretching: Stretching,
    pub(crate) opaque: ServerSetup<Suite>,
}

/// How many setups live at once. With more, their numbers would say more of an account than that it is one.
const MAX_PASSWORD_SETUPS: usize = 2;

/// What a secrets file begins with.
const HEADING: &[u8] = b"restante portal 2\n";

/// A secrets file that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a portal's secrets file, or one of a version before passwords were stretched as now")]
pub struct NotSecrets;

impl Setup {
    fn generate(number: u32, stretching: Stretching, entropy: &Entropy) -> Self {
        Self {
            number,
            stretching,
            opaque: ServerSetup::new(&mut entropy.rng()),
        }
    }

    /// What a client is told of it.
    pub(crate) fn shown(&self, settings: &Settings) -> PasswordSetup {
        PasswordSetup {
            origin: settings.origin(),
            number: self.number,
            stretching: self.stretching,
        }
    }

    /// What is bound into a sign-in under it.
    pub(crate) fn context(&self, settings: &Settings) -> Vec<u8> {
        opaque::context(&settings.origin(), self.number, self.stretching)
    }

    /// Number, memory and passes as big-endian numbers, and the setup behind its length.
    fn write(&self, to: &mut Vec<u8>) {
        let opaque = Zeroizing::new(self.opaque.serialize().to_vec());
        let length = u32::try_from(opaque.len()).unwrap_or_default();
        let Stretching { memory_kib, passes } = self.stretching;
        for number in [self.number, memory_kib, passes, length] {
            to.extend_from_slice(&number.to_be_bytes());
        }
        to.extend_from_slice(&opaque);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut number = || {
            let (number, rest) = bytes.split_first_chunk()?;
            *bytes = rest;
            Some(u32::from_be_bytes(*number))
        };
        let (setup, memory_kib, passes, length) = (number()?, number()?, number()?, number()?);
        let (opaque, rest) = bytes.split_at_checked(length as usize)?;
        *bytes = rest;
        Some(Self {
            number: setup,
            stretching: Stretching { memory_kib, passes },
            opaque: ServerSetup::deserialize(opaque).ok()?,
        })
    }
}

impl Secrets {
    /// New secrets.
    pub fn generate(entropy: &Entropy) -> Self {
        Self::with_stretching(entropy, Stretching::CURRENT)
    }

    /// The same, for tests: with stretching that no client takes but theirs.
    #[doc(hidden)]
    pub fn for_tests(entropy: &Entropy) -> Self {
        let stretching = Stretching {
            memory_kib: 8,
            passes: 1,
        };
        Self::with_stretching(entropy, stretching)
    }

    fn with_stretching(entropy: &Entropy, stretching: Stretching) -> Self {
        Self {
            setups: vec![Setup::generate(1, stretching, entropy)],
            pepper: Zeroizing::new(entropy.secret()),
        }
    }

    /// The setup that passwords are chosen under.
    pub(crate) fn newest_setup(&self) -> &Setup {
        &self.setups[0]
    }

    /// The setup of that number.
    pub(crate) fn setup(&self, number: i64) -> Option<&Setup> {
        self.setups.iter().find(|setup| i64::from(setup.number) == number)
    }

    /// Whether two setups live, so that [`Secrets::made_up_setup`] has to know how many accounts are at the newest.
    pub(crate) fn has_former_setup(&self) -> bool {
        self.setups.len() > 1
    }

    /// The setup that an address is answered with that has none, by a keyed hash: the same each time, until as large a part
    /// of the accounts is at the newest as comes to this one. `at_newest` of `all` accounts are.
    pub(crate) fn made_up_setup(&self, address: &Address, at_newest: u64, all: u64) -> &Setup {
        let Some(former) = self.setups.get(1) else {
            return &self.setups[0];
        };
        let hash = self.keyed_hash("sign-in/setup", address.canonical().as_bytes());
        let place = u128::from(u64::from_be_bytes(hash[..8].try_into().unwrap_or_default()));
        match place * u128::from(all.max(1)) < u128::from(at_newest) << 64 {
            true => &self.setups[0],
            false => former,
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

    /// What the security log calls somebody or something by: the same each time, and nothing that leads back to them without
    /// these secrets.
    pub fn pseudonym(&self, of: &[u8]) -> String {
        let hash = self.keyed_hash("security-log", of);
        hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// As bytes, to be stored.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Room enough from the start: a growing Vec leaves copies behind that nobody wipes.
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        bytes.extend_from_slice(HEADING);
        bytes.extend_from_slice(&*self.pepper);
        for setup in &self.setups {
            setup.write(&mut bytes);
        }
        bytes
    }

    /// From stored bytes.
    ///
    /// # Errors
    /// Where they are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotSecrets> {
        let bytes = bytes.strip_prefix(HEADING).ok_or(NotSecrets)?;
        let (pepper, mut bytes) = bytes.split_first_chunk::<32>().ok_or(NotSecrets)?;
        let mut setups = Vec::new();
        while !bytes.is_empty() {
            setups.push(Setup::read(&mut bytes).ok_or(NotSecrets)?);
        }
        let twice = |setups: &[Setup]| setups[0].number == setups[1].number;
        if setups.is_empty() || setups.len() > MAX_PASSWORD_SETUPS || (setups.len() > 1 && twice(&setups)) {
            return Err(NotSecrets);
        }
        Ok(Self {
            setups,
            pepper: Zeroizing::new(*pepper),
        })
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Secrets {
        let entropy = Entropy::seeded(1);
        let mut secrets = Secrets::for_tests(&entropy);
        secrets
            .setups
            .insert(0, Setup::generate(2, Stretching::CURRENT, &entropy));
        secrets
    }

    #[test]
    fn secrets_come_back_as_they_were_stored_and_nothing_else_is_taken_for_them() {
        let secrets = two();
        let bytes = secrets.to_bytes();
        let again = Secrets::from_bytes(&bytes).unwrap();
        assert_eq!(again.to_bytes(), bytes);
        assert_eq!((again.newest_setup().number, again.setup(1).unwrap().number), (2, 1));
        assert_eq!(again.newest_setup().stretching, Stretching::CURRENT);
        assert!(again.setup(3).is_none());
        for end in [0, 10, HEADING.len() + 32, bytes.len() - 1] {
            assert!(Secrets::from_bytes(&bytes[..end]).is_err(), "{end}");
        }
        // The form before this one: pepper and setup, without a heading.
        assert!(Secrets::from_bytes(&bytes[HEADING.len()..]).is_err());
        let mut third = two();
        third
            .setups
            .insert(0, Setup::generate(3, Stretching::CURRENT, &Entropy::seeded(2)));
        assert!(Secrets::from_bytes(&third.to_bytes()).is_err());
        let mut same = two();
        same.setups[0].number = 1;
        assert!(Secrets::from_bytes(&same.to_bytes()).is_err());
    }

    /// Were it always the newest, an address at the former setup would be one that somebody has.
    #[test]
    fn an_unknown_address_has_one_of_the_setups_and_comes_over_as_the_known_ones_do() {
        let secrets = two();
        let addresses: Vec<Address> = (0..1000)
            .map(|n| format!("a{n}@example.test").parse().unwrap())
            .collect();
        let at_newest = |known: u64| {
            let newest = |address: &&Address| secrets.made_up_setup(address, known, 1000).number == 2;
            addresses.iter().filter(newest).collect::<Vec<_>>()
        };
        assert!(at_newest(0).is_empty());
        let (few, many) = (at_newest(200), at_newest(700));
        assert!((150..250).contains(&few.len()), "{}", few.len());
        assert!((650..750).contains(&many.len()), "{}", many.len());
        // None goes back.
        assert!(few.iter().all(|address| many.contains(address)));
        assert_eq!(at_newest(1000).len(), 1000);
        let one = Secrets::for_tests(&Entropy::seeded(1));
        assert!(
            addresses
                .iter()
                .all(|address| one.made_up_setup(address, 0, 1000).number == 1)
        );
    }
}

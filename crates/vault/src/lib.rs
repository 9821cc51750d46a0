//! The only place where anything is sealed or opened: an account's keyring, its unlock slots, the password's proof,
//! letters, covers and files.
//!
//! Standards, not inventions: OpenPGP (RFC 9580, with RFC 9980's ML-KEM-768+X25519) by rPGP, OPAQUE (RFC 9807) by
//! opaque-ke, MIME. The crate is pure: time and randomness are arguments, and there is no network. Secrets are wiped
//! when they are dropped, and stand in no `Debug`.
//!
//! ```
//! # use rand::SeedableRng as _;
//! # let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
//! # let now = 1_764_000_000_000;
//! use vault::{Correspondent, Letter, Vault};
//! use wire::people::{Recipient, RecipientKind};
//!
//! let account = |n: u8| format!("0199ad0e-1f7a-7000-8000-00000000000{n}").parse();
//! let anna = Vault::create(account(2)?, &"anna@example.test".parse()?, now, &mut rng)?;
//! let ben = Vault::create(account(3)?, &"ben@example.test".parse()?, now, &mut rng)?;
//! let letter = Letter {
//!     from: Correspondent { name: Some("Anna".into()), address: "anna@example.test".parse()? },
//!     to: vec![Correspondent { name: None, address: "ben@example.test".parse()? }],
//!     cc: vec![],
//!     subject: "Hello".into(),
//!     text: "Only you can read this.".into(),
//!     html: None,
//!     files: vec![],
//! };
//! let id = "0199ad0e-1f7a-7000-8000-000000000001".parse()?;
//! // As the portal answers who has that address.
//! let answer = [Recipient {
//!     address: "ben@example.test".parse()?,
//!     account: "0199ad0e-1f7a-7000-8000-00000000000b".parse()?,
//!     name: Some("Ben".into()),
//!     standing: RecipientKind::Registered,
//!     certificate: ben.certificate().to_bytes().into(),
//!     predecessors: vec![],
//! }];
//! let own = "0199ad0e-1f7a-7000-8000-00000000000a".parse()?;
//! let ben_at: wire::Address = "ben@example.test".parse()?;
//! let readers = anna.check_readers(own, &[ben_at.into()], &answer, None)?;
//! assert_eq!(readers.first_contacts().count(), 1);
//! let sealed = anna.seal(&letter, id, "Anna", &readers, now, &mut rng)?;
//!
//! let opened = ben.open_body(id, &sealed.key_packets[0].packet, &sealed.body, anna.certificate(), now)?;
//! assert_eq!(opened.letter, letter);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod characters;
mod cover;
mod error;
mod export;
mod file;
mod files;
mod frame;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod keyring;
mod letter;
mod marks;
mod memory;
mod open;
mod own_key;
mod parcel;
mod pass;
pub mod password;
mod password_rules;
mod readers;
mod seal;
mod seipd;
mod session;
mod signed;
mod slots;
mod stored;
mod succession;
mod taking_up;
mod vault;
mod waiting;

pub use certificate::{Certificate, CertificateError, Fingerprint};
pub use characters::Characters;
pub use cover::Cover;
pub use error::Error;
pub use export::export_eml;
pub use file::{FileOpener, FileSealer, SealedFile};
pub use files::FileRef;
pub use keyring::AccountKey;
pub use letter::{Correspondent, Letter, Opened};
pub use memory::Sight;
pub use parcel::{open_parcel, seal_parcel};
pub use pass::{Pass, Purpose};
pub use readers::{Acquaintance, Addressee, ChangedKey, Reader, Readers, ReadersError, parse_predecessors};
pub use seal::SealedMessage;
pub use session::{KeyPacket, SessionKey};
pub use slots::VaultKey;
pub use taking_up::TakenUp;
pub use vault::Vault;
pub use waiting::CustodySecret;

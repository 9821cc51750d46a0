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
//!
//! let anna = Vault::create(&"anna@example.test".parse()?, now, &mut rng)?;
//! let ben = Vault::create(&"ben@example.test".parse()?, now, &mut rng)?;
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
//! let sealed = anna.seal(&letter, id, "Anna", &[ben.certificate().clone()], now, &mut rng)?;
//!
//! let opened = ben.open_body(id, &sealed.key_packets[0].packet, &sealed.body, anna.certificate())?;
//! assert_eq!(opened.letter, letter);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
mod memory;
mod open;
mod parcel;
mod pass;
pub mod password;
mod password_rules;
mod seal;
mod seipd;
mod session;
mod signed;
mod slots;
mod succession;
mod vault;
mod waiting;

pub use certificate::{Certificate, CertificateError, Fingerprint};
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
pub use seal::SealedMessage;
pub use session::{KeyPacket, SessionKey, key_packet};
pub use slots::VaultKey;
pub use vault::Vault;
pub use waiting::CustodySecret;

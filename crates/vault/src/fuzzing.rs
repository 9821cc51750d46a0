//! Ways in for the fuzz targets, past the encryption that would turn every mutation into noise.

use std::sync::LazyLock;

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use wire::ids::MessageId;

use crate::{
    AccountKey, Cover, Error, Fingerprint, Letter, SessionKey, Vault, files, open_parcel, seipd,
    session::open_key_packet,
    signed::{read_literal, verify},
    succession,
};

const KEY: SessionKey = SessionKey([1; 32]);

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

/// The message that the seeds are of.
fn message() -> Result<MessageId, Error> {
    "0199ad0e-1f7a-7000-8000-000000000001"
        .parse()
        .map_err(|_| Error::Malformed)
}

/// The vault that the seeds are for: `person("ben", 2)` of the tests.
static VAULT: LazyLock<Result<Vault, Error>> = LazyLock::new(|| {
    let address = "ben@example.test".parse().map_err(|_| Error::Malformed)?;
    Vault::create(&address, 1_764_000_000_000, &mut ChaCha20Rng::seed_from_u64(2))
});

/// What is inside a parcel: keys that come are written again as they came.
pub fn keyring(bytes: &[u8]) {
    let Ok(keys) = AccountKey::parse_all(bytes) else { return };
    let written: Vec<u8> = keys.iter().flat_map(|key| key.to_bytes().to_vec()).collect();
    assert_eq!(written, bytes);
    for key in keys {
        let short = key.to_short_bytes().and_then(|short| AccountKey::parse(&short));
        assert_eq!(short.map(|short| short.fingerprint()), Ok(key.fingerprint()));
    }
}

/// A statement of succession, or the words of one. Nothing but what the vault signed leads anywhere.
pub fn succession(bytes: &[u8]) {
    let (Ok(vault), Ok(address)) = (&*VAULT, "ben@example.test".parse()) else {
        return;
    };
    let _ = succession::read(bytes, &address);
    let own = vault.certificate();
    let steps = succession::steps(&address, &[(own.clone(), bytes.to_vec())]);
    assert!(
        steps
            .iter()
            .all(|step| step.from == own.fingerprint() && step.to == Fingerprint([7; 32]))
    );
}

/// A key packet, or a parcel.
pub fn key_packet(bytes: &[u8]) {
    if let Ok(vault) = &*VAULT {
        let _ = open_key_packet(vault.keys(), bytes);
        let _ = open_parcel(vault.keys(), bytes);
    }
}

/// An encrypted packet, or what is inside one.
pub fn sealed_message(bytes: &[u8]) {
    let _ = seipd::decrypt(&KEY.0, bytes);
    let back = seipd::encrypt(&KEY.0, bytes, &mut rng()).and_then(|packet| seipd::decrypt(&KEY.0, &packet));
    assert!(back.is_ok_and(|back| *back == bytes));
    let _ = read_literal(bytes);
    if let Ok(vault) = &*VAULT {
        let _ = verify(bytes, vault.certificate());
    }
}

/// What a sender signed: a letter, a cover, a list of files.
pub fn mime(bytes: &[u8]) {
    let Ok(message) = message() else { return };
    let _ = (Cover::from_json(bytes, message), files::read_list(bytes));
    let Ok((letter, date)) = Letter::from_mime(bytes, message) else {
        return;
    };
    let again = letter
        .to_mime(message, date, &mut rng())
        .and_then(|mime| Letter::from_mime(&mime, message));
    assert_eq!(again, Ok((letter, date)));
}

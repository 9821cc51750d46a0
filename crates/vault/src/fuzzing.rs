//! Ways in for the fuzz targets, past the encryption that would turn every mutation into noise.

use std::sync::LazyLock;

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use wire::{
    ids::{AccountId, ClaimId, MessageId},
    sessions::ParcelOrigin,
    vaults::VaultHead,
};

use crate::{
    AccountKey, Cover, Error, Fingerprint, Letter, SessionKey, Vault, VaultKey, files, open_parcel, parcel, seipd,
    session::open_key_packet,
    signed::{document, verify},
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

fn account() -> AccountId {
    AccountId(Default::default())
}

/// The claim that the parcel of the seeds is bound to.
fn claim() -> ClaimId {
    ClaimId(Default::default())
}

/// The vault that the seeds are for: `person("ben", 2)` of the tests.
static VAULT: LazyLock<Result<Vault, Error>> = LazyLock::new(|| {
    let address = "ben@example.test".parse().map_err(|_| Error::Malformed)?;
    Vault::create(
        account(),
        &address,
        1_764_000_000_000,
        &mut ChaCha20Rng::seed_from_u64(2),
    )
});

/// A secret key: one that comes is written again as it came.
pub fn keyring(bytes: &[u8]) {
    let Ok(key) = AccountKey::parse(bytes) else { return };
    assert_eq!(*key.to_bytes(), bytes);
    let short = key.to_short_bytes().and_then(|short| AccountKey::parse(&short));
    assert_eq!(short.map(|short| short.fingerprint()), Ok(key.fingerprint()));
}

/// What a parcel's giver signed. Keys that come were signed by the first of them.
pub fn parcel(bytes: &[u8]) {
    let origin = ParcelOrigin::Claim { claim: claim() };
    if let Ok(keys) = parcel::read(bytes, &origin, |_| true) {
        assert!(verify(bytes, keys[0].certificate()).is_ok());
    }
}

/// A sealed vault, or what is inside one: a vault that comes is written again with all that it holds.
pub fn vault(bytes: &[u8]) {
    let key = VaultKey::generate(&mut rng());
    let _ = Vault::unlock(bytes, account(), &key);
    let head = VaultHead {
        account: account(),
        revision: 1,
    };
    let Ok(sealed) = key.lock_vault(head, bytes, &mut rng()) else {
        return;
    };
    let Ok(vault) = Vault::unlock(&sealed, account(), &key) else {
        return;
    };
    let again = vault
        .lock(&key, &mut rng())
        .and_then(|sealed| Vault::unlock(&sealed, account(), &key));
    assert!(again.is_ok_and(|again| again.keys().len() == vault.keys().len()));
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
        let _ = open_parcel(vault.keys(), bytes, &ParcelOrigin::Claim { claim: claim() });
    }
}

/// An encrypted packet, or what is inside one.
pub fn sealed_message(bytes: &[u8]) {
    let _ = seipd::decrypt(&KEY.0, bytes);
    let back = seipd::encrypt(&KEY.0, bytes, &mut rng()).and_then(|packet| seipd::decrypt(&KEY.0, &packet));
    assert!(back.is_ok_and(|back| *back == bytes));
    let _ = document(bytes);
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

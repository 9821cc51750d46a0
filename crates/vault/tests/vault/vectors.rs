//! Committed vectors: the same seeds give the same bytes on every machine, in every version, and as WebAssembly
//! (`crates/vault-wasm/tests/agreement.test.mjs`), and what was sealed once is opened for ever.
//!
//! `WRITE_VECTORS=1 cargo test -p vault vectors` writes them anew: only when a sealed format changes on purpose.

use std::{io::Read as _, path::PathBuf, slice};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opaque_ke::{
    CredentialRequest, RegistrationRequest, RegistrationUpload, ServerLogin, ServerLoginParameters, ServerRegistration,
    ServerSetup,
};
use pgp::{
    packet::{Packet, PacketParser},
    ser::Serialize as _,
};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use vault::{
    AccountKey, Certificate, Correspondent, Error, FileOpener, FileRef, FileSealer, Fingerprint, Letter, Pass, Purpose,
    Sight, Vault, VaultKey,
    password::{KnownPortal, Registration, SignIn},
    seal_parcel,
};
use wire::{
    ids::MessageId,
    opaque::{PasswordSetup, Stretching, Suite, context},
    sessions::{ParcelOrigin, SlotKind},
};

use crate::{
    interop::plaintext,
    people::{NOW, absorbed, address, claim, correspondent, letter, message, owner, person, readers, rng},
    revisions::{inside, known_vault_key},
};

const PASSWORD: &str = "Zoe\u{308}'s correct horse";
/// Anna's, once she has certified them.
const ADDRESSES: [&str; 3] = ["Anna@new.test", "anna@example.test", "änna@bücher.test"];
const RELOAD_KEY: [u8; 32] = [7; 32];

/// What the module draws at its `n`th call that needs randomness, in the agreement test.
fn draw(n: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([n; 32])
}

fn text(bytes: impl AsRef<[u8]>) -> Value {
    STANDARD.encode(bytes).into()
}

const URL: &str = "https://post.clinic.example";

fn password_setup() -> PasswordSetup {
    PasswordSetup {
        origin: URL.to_owned(),
        number: 1,
        stretching: Stretching::CURRENT,
    }
}

fn known_portal() -> KnownPortal {
    KnownPortal::at(URL).unwrap()
}

fn file_content() -> Vec<u8> {
    (0..70_000_u32).map(|at| (at % 251) as u8).collect()
}

fn make() -> Value {
    let setup = ServerSetup::<Suite>::new(&mut draw(200));
    let (registration, registration_request) =
        Registration::start(PASSWORD, &[], guessing::is_guessed_early, &mut draw(1)).unwrap();
    let request = RegistrationRequest::deserialize(&registration_request).unwrap();
    let registration_response = ServerRegistration::start(&setup, request, b"account")
        .unwrap()
        .message
        .serialize();

    let rng = &mut draw(2);
    let (upload, export_key) = registration
        .finish(&registration_response, &password_setup(), &known_portal(), rng)
        .unwrap();
    let mut anna = Vault::create(owner(), &address("anna@example.test"), NOW, rng).unwrap();
    let slot = anna.make_slot(SlotKind::Password, NOW, rng);
    let vault_key = VaultKey::generate(rng);
    let password_slot = vault_key.wrap_for_password(&export_key, rng).unwrap();
    let sealed_vault = anna.lock(&vault_key, rng).unwrap();
    anna.was_stored(&sealed_vault).unwrap();

    let (sign_in, credential_request) = SignIn::start(PASSWORD, &mut draw(3)).unwrap();
    let record = ServerRegistration::finish(RegistrationUpload::deserialize(&upload).unwrap());
    let credential_response = ServerLogin::start(
        &mut draw(201),
        &setup,
        Some(record),
        CredentialRequest::deserialize(&credential_request).unwrap(),
        b"account",
        ServerLoginParameters {
            context: Some(&context(URL, 1, Stretching::CURRENT)),
            ..Default::default()
        },
    )
    .unwrap()
    .message
    .serialize();
    let (finalization, _) = sign_in
        .finish(&credential_response, &password_setup(), &known_portal(), &mut draw(4))
        .unwrap();

    let wrapped_for_reload = vault_key.wrap_for_reload(&RELOAD_KEY, &mut draw(5)).unwrap();
    let ben = Vault::create(owner(), &address("ben@example.test"), NOW, &mut draw(202)).unwrap();
    anna.remember(&address("ben@example.test"), ben.certificate().fingerprint());
    let vault_with_ben = anna.lock(&vault_key, &mut draw(6)).unwrap();

    let millis = u64::try_from(NOW).unwrap();
    let id: MessageId = uuid::Builder::from_unix_timestamp_millis(millis, &draw(7).r#gen())
        .into_uuid()
        .to_string()
        .parse()
        .unwrap();
    let content = file_content();
    let mut sealer = FileSealer::new(&content[..], &mut draw(8)).unwrap();
    let mut sealed_file = Vec::new();
    sealer.read_to_end(&mut sealed_file).unwrap();
    let file = sealer.finish().unwrap();
    let file = FileRef {
        name: "numbers.bin".into(),
        media_type: "application/octet-stream".into(),
        size: file.size,
        sha256: file.sha256,
        key: file.key,
    };
    let to_ben = readers(&anna, &[ben.certificate()]);
    let with_file = Letter {
        files: vec![file],
        ..letter()
    };
    let sealed = anna.seal(&with_file, id, "anna", &to_ben, NOW, &mut draw(9)).unwrap();
    let again = to_ben.key_packets(&sealed.session_key, NOW, &mut draw(10)).unwrap();

    let waiting = AccountKey::generate(&address("anna@example.test"), NOW, &mut draw(203)).unwrap();
    let origin = ParcelOrigin::Invitation {
        account: owner(),
        address: address("anna@example.test"),
    };
    let parcel = seal_parcel(
        slice::from_ref(&waiting),
        &origin,
        anna.certificate(),
        NOW,
        &mut draw(204),
    )
    .unwrap();
    let from_ben = Letter {
        from: Correspondent {
            name: Some("ben".into()),
            address: address("ben@example.test"),
        },
        to: vec![Correspondent {
            name: None,
            address: address("anna@example.test"),
        }],
        cc: vec![],
        ..letter()
    };
    let to_waiting = readers(&ben, &[waiting.certificate()]);
    let received = ben
        .seal(&from_ben, id, "ben", &to_waiting, NOW, &mut draw(205))
        .unwrap();

    let successor = ben.certificate().fingerprint();
    let succession = anna
        .succession(&address("Anna@example.test"), successor, NOW, &mut draw(11))
        .unwrap();
    let mut moved = Vault::unlock(&vault_with_ben, owner(), &vault_key).unwrap();
    moved.take_in(&parcel, &origin).unwrap();
    let parcel_of_all = moved.hand_over(ben.certificate(), claim(), NOW, &mut draw(12)).unwrap();
    let certified = moved
        .certify(&ADDRESSES.map(address), NOW + 1000, &mut draw(13))
        .unwrap();
    let from_alias = Letter {
        from: Correspondent {
            name: None,
            address: address(ADDRESSES[1]),
        },
        ..letter()
    };
    let from_alias = moved.seal(&from_alias, id, "", &to_ben, NOW, &mut draw(14)).unwrap();

    let pass = |purpose: Purpose, n: u8| {
        let rng = &mut draw(n);
        let pass = Pass::generate(purpose, rng);
        json!({
            "secret": text(pass.as_bytes()),
            "token": text(pass.token().unwrap()),
            "wrapped": text(pass.wrap(&vault_key, rng).unwrap()),
        })
    };

    let packets = |packets: &[vault::KeyPacket]| -> Value {
        let plain = |packet: &vault::KeyPacket| json!({ "account": packet.account.to_string(), "fingerprint": packet.fingerprint.to_string(), "packet": text(&packet.packet) });
        packets.iter().map(plain).collect()
    };
    json!({
        "password": PASSWORD,
        "passwordSetup": password_setup(),
        "now": NOW,
        "reloadKey": text(RELOAD_KEY),
        "registrationRequest": text(registration_request),
        "registrationResponse": text(registration_response),
        "upload": text(upload),
        "certificate": text(anna.certificate().to_bytes()),
        "fingerprint": anna.certificate().fingerprint().to_string(),
        "account": owner().to_string(),
        "claim": claim().to_string(),
        "slot": slot.to_string(),
        "sealedVault": text(sealed_vault),
        "passwordSlot": text(password_slot),
        "credentialRequest": text(credential_request),
        "credentialResponse": text(credential_response),
        "finalization": text(finalization),
        "wrappedForReload": text(wrapped_for_reload),
        "vaultWithBen": text(vault_with_ben),
        "message": id.to_string(),
        "fileSha256": with_file.files[0].sha256.to_string(),
        "fileKey": *with_file.files[0].key.to_base64(),
        "sealedFile": text(sealed_file),
        "cover": text(sealed.cover),
        "body": text(sealed.body),
        "keyPackets": packets(&sealed.key_packets),
        "keyPacketsAgain": packets(&again),
        "succession": text(succession),
        "parcelOfAll": text(parcel_of_all),
        "addresses": ADDRESSES,
        "certified": text(certified.to_bytes()),
        "fromAlias": text(from_alias.body),
        "activation": pass(Purpose::Activation, 15),
        "handOver": pass(Purpose::HandOver, 16),
        "ben": {
            "certificate": text(ben.certificate().to_bytes()),
            "fingerprint": ben.certificate().fingerprint().to_string(),
            "parcel": text(parcel),
            "origin": serde_json::to_value(&origin).unwrap(),
            "cover": text(received.cover),
            "body": text(received.body),
            "keyPacket": text(&received.key_packets[0].packet),
        },
    })
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/agreement.json")
}

fn committed() -> Value {
    serde_json::from_slice(&std::fs::read(path()).unwrap()).unwrap()
}

#[test]
fn the_same_seeds_give_the_committed_bytes() {
    let made = make();
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(path().parent().unwrap()).unwrap();
        std::fs::write(path(), format!("{made:#}\n")).unwrap();
    }
    let committed = committed();
    for (name, value) in made.as_object().unwrap() {
        assert!(committed[name] == *value, "{name} differs");
    }
}

#[test]
fn what_was_sealed_once_is_opened_for_ever() {
    let vectors = committed();
    let field = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
    let get = |name: &str| field(&vectors[name]);
    let id: MessageId = vectors["message"].as_str().unwrap().parse().unwrap();

    let (sign_in, request) = SignIn::start(PASSWORD, &mut draw(3)).unwrap();
    assert_eq!(request, get("credentialRequest"));
    let (_, export_key) = sign_in
        .finish(
            &get("credentialResponse"),
            &password_setup(),
            &known_portal(),
            &mut draw(4),
        )
        .unwrap();
    let key = VaultKey::unwrap_with_password(&get("passwordSlot"), &export_key).unwrap();
    let reloaded = VaultKey::unwrap_for_reload(&get("wrappedForReload"), &RELOAD_KEY).unwrap();
    let first = get("sealedVault");
    assert!(Vault::unlock(&first, owner(), &key).is_ok());
    let taken_up = Vault::take_up(&get("vaultWithBen"), Some(&first), owner(), &reloaded).unwrap();
    assert!(!taken_up.joined);
    let mut anna = taken_up.vault;
    for (purpose, name) in [(Purpose::Activation, "activation"), (Purpose::HandOver, "handOver")] {
        let pass = Pass::from_bytes(purpose, &field(&vectors[name]["secret"])).unwrap();
        assert_eq!(pass.token().unwrap()[..], field(&vectors[name]["token"]));
        let key = pass.unwrap(&field(&vectors[name]["wrapped"])).unwrap();
        assert!(Vault::unlock(&get("vaultWithBen"), owner(), &key).is_ok());
    }

    let ben = Certificate::parse(&field(&vectors["ben"]["certificate"])).unwrap();
    assert_eq!(
        anna.seen(&address("ben@example.test"), ben.fingerprint(), &[]),
        Sight::Same
    );
    let own = Certificate::parse(&get("certificate")).unwrap();
    let packet = field(&vectors["keyPackets"][1]["packet"]);
    let opened = anna.open_body(id, &packet, &get("body"), &own, NOW).unwrap();
    let file = &opened.letter.files[0];
    let mut content = Vec::new();
    FileOpener::new(&get("sealedFile")[..], file)
        .unwrap()
        .read_to_end(&mut content)
        .unwrap();
    assert_eq!(content, file_content());

    let (packet, body) = (field(&vectors["ben"]["keyPacket"]), field(&vectors["ben"]["body"]));
    assert_eq!(
        anna.open_body(id, &packet, &body, &ben, NOW).unwrap_err(),
        Error::WrongKey
    );
    let origin: ParcelOrigin = serde_json::from_value(vectors["ben"]["origin"].clone()).unwrap();
    anna.take_in(&field(&vectors["ben"]["parcel"]), &origin).unwrap();
    assert_eq!(
        anna.open_body(id, &packet, &body, &ben, NOW).unwrap().letter.subject,
        letter().subject
    );
}

/// What the fuzz targets begin from.
#[test]
#[ignore = "writes fuzz/seeds: cargo test -p vault seeds -- --ignored"]
fn write_seeds_for_the_fuzz_targets() {
    let (anna, ben) = (person("anna", 1), person("ben", 2));
    let file = FileRef {
        name: "report.pdf".into(),
        media_type: "application/pdf".into(),
        size: 7,
        sha256: wire::Sha256([7; 32]),
        key: vault::SessionKey::generate(&mut rng(1)),
    };
    let from_ben = Letter {
        from: correspondent("ben"),
        files: vec![file],
        ..letter()
    };
    let short = Letter {
        html: None,
        files: vec![],
        cc: vec![],
        ..from_ben.clone()
    };
    let to_ben = readers(&anna, &[ben.certificate()]);
    let sealed = anna
        .seal(&letter(), message(1), "Anna", &to_ben, NOW, &mut rng(3))
        .unwrap();
    let waiting = AccountKey::generate(&address("ben@example.test"), NOW, &mut rng(4)).unwrap();
    let parcel = seal_parcel(
        slice::from_ref(&waiting),
        &absorbed(),
        ben.certificate(),
        NOW,
        &mut rng(5),
    )
    .unwrap();

    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../fuzz/seeds")
            .join(target);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    };
    write("certificate", "ben", &ben.certificate().to_bytes());
    write("key_packet", "packet", &sealed.key_packets[0].packet);
    write("key_packet", "parcel", &parcel);
    write("keyring", "one", &waiting.to_bytes());
    let (_, data) = parcel.split_at(PacketParser::new(&parcel[..]).next().unwrap().unwrap().write_len());
    write(
        "parcel",
        "signed",
        &plaintext(data, &vault::SessionKey::generate(&mut rng(5))),
    );
    // The key that the target opens with.
    let (key, bytes) = known_vault_key();
    let mut ben_later = person("ben", 2);
    ben_later.remember(&address("anna@example.test"), anna.certificate().fingerprint());
    ben_later.make_slot(SlotKind::Password, NOW, &mut rng(9));
    for name in ["first", "second"] {
        let sealed = ben_later.lock(&key, &mut rng(10)).unwrap();
        ben_later.was_stored(&sealed).unwrap();
        write("vault", name, &sealed);
        write("vault", &format!("{name}-inside"), &inside(&sealed, &bytes));
    }
    let statement = ben
        .succession(&address("ben@example.test"), Fingerprint([7; 32]), NOW, &mut rng(8))
        .unwrap();
    write("succession", "statement", &statement);
    write("succession", "words", &literal(&statement));
    write("sealed_message", "body", &sealed.body);
    for (name, letter) in [("full", from_ben), ("short", short)] {
        let sealed = ben
            .seal(&letter, message(1), "Ben", &readers(&ben, &[]), NOW, &mut rng(6))
            .unwrap();
        for (part, sealed_part) in [("body", &sealed.body), ("cover", &sealed.cover)] {
            let signed = plaintext(sealed_part, &sealed.session_key);
            write("sealed_message", &format!("{name}-{part}-signed"), &signed);
            write("mime", &format!("{name}-{part}"), &literal(&signed));
        }
    }
}

/// What was signed.
fn literal(signed: &[u8]) -> Vec<u8> {
    PacketParser::new(signed)
        .find_map(|packet| match packet {
            Ok(Packet::LiteralData(literal)) => Some(literal.data().to_vec()),
            _ => None,
        })
        .unwrap()
}

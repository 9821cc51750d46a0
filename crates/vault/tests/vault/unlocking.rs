//! Password, slots, vault, parcels: the ways in, and the ways that stay shut.

use std::slice;

use guessing::is_guessed_early;
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload, ServerLogin,
    ServerLoginParameters, ServerRegistration, ServerSetup,
};
use vault::{
    AccountKey, Error, Pass, Purpose, Sight, Vault, VaultKey,
    password::{ExportKey, KnownPortal, PasswordRule, Registration, SignIn, ensure_may_be_chosen},
    seal_parcel,
};
use wire::opaque::{PasswordSetup, Stretching, Suite, context};

use crate::people::{NOW, address, invited, letter, message, owner, person, readers, rng};

const URL: &str = "https://post.clinic.example";
const PASSWORD: &str = "seven quiet herons";

/// What a portal of the tests says of itself.
fn cheap() -> PasswordSetup {
    PasswordSetup {
        origin: URL.to_owned(),
        number: 1,
        stretching: Stretching {
            memory_kib: 8,
            passes: 1,
        },
    }
}

fn known() -> KnownPortal {
    KnownPortal::for_tests(URL).unwrap()
}

/// The portal's half of the password protocol.
struct Portal {
    setup: ServerSetup<Suite>,
    /// Where it is, as it knows itself.
    origin: String,
    record: Option<ServerRegistration<Suite>>,
}

impl Portal {
    fn new() -> Self {
        Self {
            setup: ServerSetup::new(&mut rng(100)),
            origin: URL.to_owned(),
            record: None,
        }
    }

    fn register(&mut self, password: &str) -> ExportKey {
        let (registration, request) = Registration::start(password, &[], is_guessed_early, &mut rng(101)).unwrap();
        let request = RegistrationRequest::deserialize(&request).unwrap();
        let response = ServerRegistration::start(&self.setup, request, b"account").unwrap();
        let (upload, key) = registration
            .finish(&response.message.serialize(), &cheap(), &known(), &mut rng(102))
            .unwrap();
        self.record = Some(ServerRegistration::finish(
            RegistrationUpload::deserialize(&upload).unwrap(),
        ));
        key
    }

    fn sign_in(&self, password: &str) -> Result<ExportKey, Error> {
        self.relayed_to(password, &cheap(), &known())
    }

    /// A sign-in of a client that takes the portal for another, or is told something else of it.
    fn relayed_to(&self, password: &str, told: &PasswordSetup, known: &KnownPortal) -> Result<ExportKey, Error> {
        let (sign_in, request) = SignIn::start(password, &mut rng(103))?;
        let context = context(&self.origin, 1, cheap().stretching);
        let parameters = || ServerLoginParameters {
            context: Some(&context),
            ..Default::default()
        };
        let started = ServerLogin::start(
            &mut rng(104),
            &self.setup,
            self.record.clone(),
            CredentialRequest::deserialize(&request).unwrap(),
            b"account",
            parameters(),
        )
        .unwrap();
        let (finalization, key) = sign_in.finish(&started.message.serialize(), told, known, &mut rng(105))?;
        let finalization = CredentialFinalization::deserialize(&finalization).unwrap();
        started.state.finish(finalization, parameters()).unwrap();
        Ok(key)
    }
}

#[test]
fn the_password_opens_the_vault_at_every_sign_in() {
    let mut portal = Portal::new();
    let export_key = portal.register(PASSWORD);
    let key = VaultKey::generate(&mut rng(1));
    let anna = person("anna", 1);
    let slot = key.wrap_for_password(&export_key, &mut rng(2)).unwrap();
    let sealed = anna.lock(&key, &mut rng(3)).unwrap();

    let again = portal.sign_in(PASSWORD).unwrap();
    let key = VaultKey::unwrap_with_password(&slot, &again).unwrap();
    assert_eq!(
        Vault::unlock(&sealed, owner(), &key).unwrap().certificate(),
        anna.certificate()
    );

    assert_eq!(portal.sign_in("Seven quiet herons").unwrap_err(), Error::WrongPassword);
    let nobody = Portal { record: None, ..portal };
    assert_eq!(nobody.sign_in(PASSWORD).unwrap_err(), Error::WrongPassword);
}

#[test]
fn a_password_typed_on_another_keyboard_is_the_same() {
    let mut portal = Portal::new();
    portal.register("Zoe\u{308}\u{a0}counts herons");
    assert!(portal.sign_in("Zoë counts herons").is_ok());
    assert_eq!(portal.sign_in("Zoe counts herons").unwrap_err(), Error::WrongPassword);
}

#[test]
fn answers_that_are_none_are_told_apart_from_a_wrong_password() {
    let (registration, _) = Registration::start(PASSWORD, &[], is_guessed_early, &mut rng(1)).unwrap();
    let finished = registration.finish(&[0; 64], &cheap(), &known(), &mut rng(2));
    assert_eq!(finished.unwrap_err(), Error::Protocol);
    let (sign_in, request) = SignIn::start("x", &mut rng(1)).unwrap();
    let finished = sign_in.finish(&request, &cheap(), &known(), &mut rng(2));
    assert_eq!(finished.unwrap_err(), Error::Protocol);
}

/// A lying portal, or whoever has its database, asks for less than what makes guessing dear; or for so much that the client
/// stands still.
#[test]
fn stretching_that_protects_nothing_or_stands_still_is_refused_before_any_is_done() {
    let real = KnownPortal::at(URL).unwrap();
    let told = |memory_kib, passes| PasswordSetup {
        stretching: Stretching { memory_kib, passes },
        ..cheap()
    };
    let Stretching { memory_kib, passes } = Stretching::CURRENT;
    for (setup, refused) in [
        (cheap(), Error::WeakStretching),
        (told(19 << 10, 2), Error::WeakStretching),
        (told(memory_kib - 1, passes), Error::WeakStretching),
        (told(memory_kib, passes - 1), Error::WeakStretching),
        (told(0, 0), Error::WeakStretching),
        (told(u32::MAX, passes), Error::ExcessiveStretching),
        (told(memory_kib, u32::MAX), Error::ExcessiveStretching),
    ] {
        // The answer is none, and is not looked at.
        let (registration, _) = Registration::start(PASSWORD, &[], is_guessed_early, &mut rng(1)).unwrap();
        let finished = registration.finish(&[], &setup, &real, &mut rng(2));
        assert_eq!(finished.unwrap_err(), refused, "{setup:?}");
        let (sign_in, _) = SignIn::start(PASSWORD, &mut rng(1)).unwrap();
        let finished = sign_in.finish(&[], &setup, &real, &mut rng(2));
        assert_eq!(finished.unwrap_err(), refused, "{setup:?}");
    }
    let (sign_in, _) = SignIn::start(PASSWORD, &mut rng(1)).unwrap();
    let finished = sign_in.finish(&[], &told(memory_kib, passes), &real, &mut rng(2));
    assert_eq!(finished.unwrap_err(), Error::Protocol, "what is current is taken");
}

/// One portal passes the sign-in of a person who is at its own pages on to another portal, where they have an account.
#[test]
fn a_sign_in_that_one_portal_relays_to_another_is_worth_nothing() {
    let mut portal = Portal::new();
    portal.register(PASSWORD);
    let evil = "https://post.evil.example";
    let at_evil = KnownPortal::for_tests(evil).unwrap();
    // It says that it is itself, as it must.
    let told = PasswordSetup {
        origin: evil.to_owned(),
        ..cheap()
    };
    let relayed = portal.relayed_to(PASSWORD, &told, &at_evil);
    assert_eq!(relayed.unwrap_err(), Error::WrongPassword);
    // A client that was told another name of the same portal says so.
    let elsewhere = portal.relayed_to(PASSWORD, &cheap(), &at_evil);
    assert_eq!(elsewhere.unwrap_err(), Error::OtherOrigin);
    // Nor is a setup of another number taken, or other stretching.
    let other = PasswordSetup { number: 2, ..cheap() };
    assert_eq!(
        portal.relayed_to(PASSWORD, &other, &known()).unwrap_err(),
        Error::WrongPassword
    );
}

#[test]
fn a_password_to_choose_is_long_uncommon_and_says_nothing_of_the_person() {
    let known = ["anna.brzkvornagyi@clinic.example", "Anna Brzkvornagyi", "Clinic Post"];
    for (password, rule) in [
        ("", PasswordRule::TooShort),
        ("quiet heron", PasswordRule::TooShort),
        ("password1234", PasswordRule::Common),
        ("aaaaaaaaaaaaaaaa", PasswordRule::Common),
        ("qwertyuiop123", PasswordRule::Common),
        ("1q2w3e4r5t6y", PasswordRule::Common),
        ("brzkvornagyi", PasswordRule::Personal),
        ("Brzkvornagyi1990", PasswordRule::Personal),
        ("seven quiet\nherons", PasswordRule::Character),
        ("seven quiet\u{7} herons", PasswordRule::Character),
    ] {
        assert_eq!(
            ensure_may_be_chosen(password, &known, is_guessed_early),
            Err(rule),
            "{password:?}"
        );
    }
    let long = "seven quiet herons ".repeat(60);
    assert_eq!(
        ensure_may_be_chosen(&long, &known, is_guessed_early),
        Err(PasswordRule::TooLong)
    );
    assert_eq!(SignIn::start(&long, &mut rng(1)).unwrap_err(), Error::WrongPassword);
    for good in [
        PASSWORD,
        "Zoë's correct horse staple",
        "sieben stille Reiher am Fluß",
        "七只安静的苍鹭站在河边看着月亮",
        "tK8#mQ2$vL9@x",
    ] {
        assert_eq!(ensure_may_be_chosen(good, &known, is_guessed_early), Ok(()), "{good}");
    }
    let refused = Registration::start("password1234", &known, is_guessed_early, &mut rng(1));
    assert_eq!(refused.unwrap_err(), Error::Password(PasswordRule::Common));
}

#[test]
fn a_reload_needs_both_halves() {
    let key = VaultKey::generate(&mut rng(1));
    let sealed = person("anna", 1).lock(&key, &mut rng(3)).unwrap();
    let wrapped = key.wrap_for_reload(&[7; 32], &mut rng(4)).unwrap();
    let unwrapped = VaultKey::unwrap_for_reload(&wrapped, &[7; 32]).unwrap();
    assert!(Vault::unlock(&sealed, owner(), &unwrapped).is_ok());
    assert_eq!(
        VaultKey::unwrap_for_reload(&wrapped, &[8; 32]).unwrap_err(),
        Error::Damaged
    );
}

#[test]
fn a_pass_opens_the_vault_that_it_was_made_for() {
    let key = VaultKey::generate(&mut rng(1));
    let anna = person("anna", 1);
    let sealed = anna.lock(&key, &mut rng(3)).unwrap();
    for purpose in [Purpose::Activation, Purpose::HandOver] {
        let pass = Pass::generate(purpose, &mut rng(4));
        let wrapped = pass.wrap(&key, &mut rng(5)).unwrap();
        // What a program keeps, or a link holds.
        let again = Pass::from_bytes(purpose, pass.as_bytes()).unwrap();
        assert_eq!(again.token().unwrap(), pass.token().unwrap());
        let unwrapped = again.unwrap(&wrapped).unwrap();
        assert_eq!(
            Vault::unlock(&sealed, owner(), &unwrapped).unwrap().certificate(),
            anna.certificate()
        );
    }
}

#[test]
fn a_pass_opens_nothing_else_and_nothing_else_opens_what_it_wraps() {
    let key = VaultKey::generate(&mut rng(1));
    let secret = *Pass::generate(Purpose::Activation, &mut rng(4)).as_bytes();
    let [activation, hand_over] =
        [Purpose::Activation, Purpose::HandOver].map(|purpose| Pass::from_bytes(purpose, &secret).unwrap());
    let wrapped = activation.wrap(&key, &mut rng(5)).unwrap();

    // Another purpose of the same secret, another secret, and what the portal is shown.
    assert_eq!(hand_over.unwrap(&wrapped).unwrap_err(), Error::Damaged);
    let other = Pass::generate(Purpose::Activation, &mut rng(6));
    assert_eq!(other.unwrap(&wrapped).unwrap_err(), Error::Damaged);
    let token = activation.token().unwrap();
    for purpose in [Purpose::Activation, Purpose::HandOver] {
        let from_token = Pass::from_bytes(purpose, &token).unwrap();
        assert_eq!(from_token.unwrap(&wrapped).unwrap_err(), Error::Damaged);
    }
    // The portal has token and wrapped key, and its other ways to a key do not fit either.
    for secret in [&secret, &token] {
        assert_eq!(
            VaultKey::unwrap_for_reload(&wrapped, secret).unwrap_err(),
            Error::Damaged
        );
    }
    for at in 0..wrapped.len() {
        let mut damaged = wrapped.clone();
        damaged[at] ^= 1;
        assert!(activation.unwrap(&damaged).is_err(), "{at}");
    }
    assert_eq!(
        activation.unwrap(&wrapped[..wrapped.len() - 1]).unwrap_err(),
        Error::Truncated
    );
    assert_eq!(activation.unwrap(&[]).unwrap_err(), Error::Truncated);
    for length in [0, 31, 33, 64] {
        let wrong = Pass::from_bytes(Purpose::Activation, &vec![7; length]);
        assert_eq!(wrong.unwrap_err(), Error::Malformed);
    }
}

/// The portal is shown the token. Were it, or the wrapping, made of the secret without a label of its own, one would give
/// the other away.
#[test]
fn tokens_are_apart_from_each_other_and_from_the_secret() {
    let secret = [7; 32];
    let [activation, hand_over] =
        [Purpose::Activation, Purpose::HandOver].map(|purpose| Pass::from_bytes(purpose, &secret).unwrap());
    let tokens = [activation.token().unwrap(), hand_over.token().unwrap()];
    assert!(tokens[0] != tokens[1] && !tokens.contains(&secret));
    let derived = |label: &str| {
        let mut bytes = [0; 32];
        let hkdf = hkdf::Hkdf::<sha2::Sha512>::new(None, &secret);
        hkdf.expand(label.as_bytes(), &mut bytes).unwrap();
        bytes
    };
    assert_eq!(
        tokens,
        ["restante/activation/token/v1", "restante/hand-over/token/v1"].map(derived)
    );
    for wraps in ["restante/slot/activation/v1", "restante/slot/hand-over/v1"].map(derived) {
        assert!(!tokens.contains(&wraps));
    }
    let pass = Pass::generate(Purpose::Activation, &mut rng(1));
    assert_ne!(
        pass.as_bytes(),
        Pass::generate(Purpose::Activation, &mut rng(2)).as_bytes()
    );
}

#[test]
fn a_pass_is_shown_to_nobody() {
    let pass = Pass::from_bytes(Purpose::HandOver, &[7; 32]).unwrap();
    assert_eq!(format!("{pass:?}"), "Pass(HandOver, …)");
}

#[test]
fn what_is_damaged_or_for_another_purpose_stays_shut() {
    let mut portal = Portal::new();
    let export_key = portal.register(PASSWORD);
    let key = VaultKey::generate(&mut rng(1));
    let slot = key.wrap_for_password(&export_key, &mut rng(2)).unwrap();
    let sealed = person("anna", 1).lock(&key, &mut rng(3)).unwrap();

    let other = VaultKey::generate(&mut rng(9));
    assert_eq!(Vault::unlock(&sealed, owner(), &other).unwrap_err(), Error::Damaged);
    for at in 0..slot.len() {
        let mut damaged = slot.clone();
        damaged[at] ^= 1;
        assert!(VaultKey::unwrap_with_password(&damaged, &export_key).is_err(), "{at}");
    }
    let mut damaged = sealed.clone();
    damaged[sealed.len() / 2] ^= 1;
    assert_eq!(Vault::unlock(&damaged, owner(), &key).unwrap_err(), Error::Damaged);
    assert_eq!(
        Vault::unlock(&sealed[..sealed.len() - 1], owner(), &key).unwrap_err(),
        Error::Truncated
    );
    assert_eq!(Vault::unlock(&[], owner(), &key).unwrap_err(), Error::Truncated);
    let mut later = sealed.clone();
    later[0] = 4;
    assert_eq!(Vault::unlock(&later, owner(), &key).unwrap_err(), Error::Unsupported);
    // A password slot is no vault, and what is inside a vault is no password slot.
    assert_eq!(Vault::unlock(&slot, owner(), &key).unwrap_err(), Error::Unsupported);
}

#[test]
fn a_parcel_makes_old_mail_readable() {
    // What custody does: a waiting key for Ben, handed over when he registers.
    let waiting = AccountKey::generate(&address("ben@example.test"), NOW, &mut rng(10)).unwrap();
    let anna = person("anna", 1);
    let sealed = anna
        .seal(
            &letter(),
            message(1),
            "Anna",
            &readers(&anna, &[waiting.certificate()]),
            NOW,
            &mut rng(3),
        )
        .unwrap();
    let packet = &sealed.key_packets[0].packet;

    let mut ben = person("ben", 2);
    assert_eq!(
        ben.open_body(message(1), packet, &sealed.body, anna.certificate(), NOW)
            .unwrap_err(),
        Error::WrongKey
    );
    let parcel = seal_parcel(
        slice::from_ref(&waiting),
        &invited("ben"),
        ben.certificate(),
        NOW,
        &mut rng(11),
    )
    .unwrap();
    ben.take_in(&parcel, &invited("ben")).unwrap();
    ben.take_in(&parcel, &invited("ben")).unwrap();
    assert_eq!(format!("{ben:?}"), "Vault(2 keys, 0 correspondents)");

    let key = VaultKey::generate(&mut rng(12));
    let ben = Vault::unlock(&ben.lock(&key, &mut rng(13)).unwrap(), owner(), &key).unwrap();
    assert_eq!(
        ben.open_body(message(1), packet, &sealed.body, anna.certificate(), NOW)
            .unwrap()
            .letter,
        letter()
    );
    assert_eq!(ben.certificate(), person("ben", 2).certificate());
}

#[test]
fn a_parcel_for_others_or_damaged_is_refused() {
    let waiting = AccountKey::generate(&address("ben@example.test"), NOW, &mut rng(10)).unwrap();
    let (mut anna, mut ben) = (person("anna", 1), person("ben", 2));
    let parcel = seal_parcel(
        slice::from_ref(&waiting),
        &invited("ben"),
        ben.certificate(),
        NOW,
        &mut rng(11),
    )
    .unwrap();
    assert_eq!(anna.take_in(&parcel, &invited("ben")).unwrap_err(), Error::WrongKey);
    assert_eq!(
        ben.take_in(&parcel[..parcel.len() - 1], &invited("ben")).unwrap_err(),
        Error::Truncated
    );
    let mut damaged = parcel.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(ben.take_in(&damaged, &invited("ben")).unwrap_err(), Error::Damaged);
    assert_eq!(ben.take_in(b"parcel", &invited("ben")).unwrap_err(), Error::Malformed);
    assert_eq!(ben.take_in(&[], &invited("ben")).unwrap_err(), Error::Malformed);
}

#[test]
fn a_changed_fingerprint_is_noticed() {
    let mut anna = person("anna", 1);
    let (before, after) = (
        person("ben", 2).certificate().fingerprint(),
        person("ben", 3).certificate().fingerprint(),
    );
    let ben = address("Ben@Example.test");
    assert_eq!(anna.seen(&ben, before, &[]), Sight::First);
    anna.remember(&ben, before);
    assert_eq!(anna.seen(&address("ben@example.test"), before, &[]), Sight::Same);
    assert_eq!(anna.seen(&ben, after, &[]), Sight::Changed { before });

    let key = VaultKey::generate(&mut rng(1));
    let anna = Vault::unlock(&anna.lock(&key, &mut rng(2)).unwrap(), owner(), &key).unwrap();
    assert_eq!(anna.seen(&ben, after, &[]), Sight::Changed { before });
}

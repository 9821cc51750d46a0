//! Whatever is altered, swapped, replayed or forged is an error, and which one is certain.

use proptest::prelude::*;
use vault::{Cover, Error, Letter, Opened, SealedMessage, Vault};

use crate::people::{NOW, Sent, account, address, correspondent, letter, message, owner, person, readers, rng, sent};

fn cover(sent: &Sent) -> Result<Cover, Error> {
    sent.ben.open_cover(
        message(1),
        sent.key_packet(),
        &sent.sealed.cover,
        sent.anna.certificate(),
        NOW,
    )
}

fn body(sent: &Sent) -> Result<Opened, Error> {
    sent.ben.open_body(
        message(1),
        sent.key_packet(),
        &sent.sealed.body,
        sent.anna.certificate(),
        NOW,
    )
}

/// Another message of Anna's to Ben.
fn another(sent: &Sent) -> SealedMessage {
    let to_ben = readers(&sent.anna, &[sent.ben.certificate()]);
    sent.anna
        .seal(&letter(), message(2), "Anna", &to_ben, NOW, &mut rng(4))
        .unwrap()
}

#[test]
fn a_stranger_opens_nothing() {
    let sent = sent();
    let eve = person("eve", 9);
    let opened = eve.open_body(
        message(1),
        sent.key_packet(),
        &sent.sealed.body,
        sent.anna.certificate(),
        NOW,
    );
    assert_eq!(opened.unwrap_err(), Error::WrongKey);
    let opened = eve.open_cover(
        message(1),
        sent.key_packet(),
        &sent.sealed.cover,
        sent.anna.certificate(),
        NOW,
    );
    assert_eq!(opened.unwrap_err(), Error::WrongKey);
}

#[test]
fn the_parts_of_two_messages_do_not_mix() {
    let mut sent = sent();
    let another = another(&sent);
    sent.sealed.cover = another.cover;
    sent.sealed.body = another.body;
    assert_eq!(cover(&sent).unwrap_err(), Error::Damaged);
    assert_eq!(body(&sent).unwrap_err(), Error::Damaged);
}

#[test]
fn a_whole_message_replayed_as_another_is_noticed() {
    let mut sent = sent();
    sent.sealed = another(&sent);
    assert_eq!(cover(&sent).unwrap_err(), Error::WrongMessage);
    assert_eq!(body(&sent).unwrap_err(), Error::WrongMessage);
}

#[test]
fn cover_and_body_are_not_taken_for_each_other() {
    let mut sent = sent();
    std::mem::swap(&mut sent.sealed.cover, &mut sent.sealed.body);
    assert_eq!(cover(&sent).unwrap_err(), Error::Malformed);
    assert_eq!(body(&sent).unwrap_err(), Error::Malformed);
}

#[test]
fn what_is_cut_short_says_so() {
    let Sent { anna, ben, sealed } = sent();
    let packet = &sealed.key_packets[0].packet;
    for length in 0..sealed.body.len() {
        let opened = ben.open_body(message(1), packet, &sealed.body[..length], anna.certificate(), NOW);
        assert_eq!(opened.unwrap_err(), Error::Truncated, "{length}");
    }
    for length in 0..sealed.cover.len() {
        let opened = ben.open_cover(message(1), packet, &sealed.cover[..length], anna.certificate(), NOW);
        assert_eq!(opened.unwrap_err(), Error::Truncated, "{length}");
    }
    for length in 0..packet.len() {
        let opened = ben.open_cover(message(1), &packet[..length], &sealed.cover, anna.certificate(), NOW);
        assert_eq!(opened.unwrap_err(), Error::Malformed, "{length}");
    }
}

#[test]
fn trailing_bytes_are_refused() {
    let mut sent = sent();
    sent.sealed.body.push(0);
    sent.sealed.cover.extend_from_slice(b"\xCB\x06b\0\0\0\0\0");
    assert_eq!(body(&sent).unwrap_err(), Error::Malformed);
    assert_eq!(cover(&sent).unwrap_err(), Error::Malformed);
    let mut packet = sent.key_packet().to_vec();
    packet.push(0);
    let opened = sent
        .ben
        .open_cover(message(1), &packet, &sent.sealed.cover, sent.anna.certificate(), NOW);
    assert_eq!(opened.unwrap_err(), Error::Malformed);
}

#[test]
fn another_sender_is_noticed() {
    let sent = sent();
    let eve = person("eve", 9);
    let opened = sent
        .ben
        .open_body(message(1), sent.key_packet(), &sent.sealed.body, eve.certificate(), NOW);
    assert_eq!(opened.unwrap_err(), Error::UnknownSenderKey);
    let opened = sent.ben.open_cover(
        message(1),
        sent.key_packet(),
        &sent.sealed.cover,
        eve.certificate(),
        NOW,
    );
    assert_eq!(opened.unwrap_err(), Error::UnknownSenderKey);
}

#[test]
fn nobody_writes_under_an_address_that_is_not_theirs() {
    let eve = person("eve", 9);
    let forged = eve.seal(&letter(), message(1), "Anna", &readers(&eve, &[]), NOW, &mut rng(3));
    assert_eq!(forged.unwrap_err(), Error::WrongSender);

    // A client that seals it all the same: Eve's key stands for Anna's address in her own copy only.
    let eve_as_anna = person("anna", 9);
    let ben = person("ben", 2);
    let to_ben = readers(&eve_as_anna, &[ben.certificate()]);
    let forged = eve_as_anna
        .seal(&letter(), message(1), "Anna", &to_ben, NOW, &mut rng(3))
        .unwrap();
    let packet = &forged.key_packets[0].packet;
    let anna = person("anna", 1);
    let opened = ben.open_body(message(1), packet, &forged.body, anna.certificate(), NOW);
    assert_eq!(opened.unwrap_err(), Error::UnknownSenderKey);
}

#[test]
fn bcc_stands_nowhere() {
    let (anna, ben, carol) = (person("anna", 1), person("ben", 2), person("carol", 5));
    let both = readers(&anna, &[ben.certificate(), carol.certificate()]);
    let sealed = anna
        .seal(&letter(), message(1), "Anna", &both, NOW, &mut rng(3))
        .unwrap();
    assert_eq!(sealed.key_packets.len(), 3);
    let opened = ben
        .open_body(
            message(1),
            &sealed.key_packets[0].packet,
            &sealed.body,
            anna.certificate(),
            NOW,
        )
        .unwrap();
    assert_eq!(opened.letter, letter());
    // Neither in what Ben opens nor in the packets that he is handed.
    let handed = [&sealed.key_packets[0].packet[..], &sealed.body, &sealed.cover].concat();
    let fingerprint = carol.certificate().fingerprint().0;
    assert!(!handed.windows(32).any(|window| window == fingerprint));
    assert!(!format!("{opened:?}").contains("carol"));
}

#[test]
fn recipients_may_change_after_sealing() {
    let sent = sent();
    let carol = person("carol", 5);
    let both = readers(&sent.anna, &[carol.certificate(), sent.ben.certificate()]);
    let packets = both.key_packets(&sent.sealed.session_key, NOW, &mut rng(6)).unwrap();
    let accounts: Vec<_> = packets.iter().map(|packet| packet.account).collect();
    assert_eq!(
        accounts,
        [&carol, &sent.ben, &sent.anna].map(|one| account(one.certificate()))
    );
    for (reader, packet) in [&carol, &sent.ben, &sent.anna].into_iter().zip(packets) {
        let opened = reader
            .open_body(
                message(1),
                &packet.packet,
                &sent.sealed.body,
                sent.anna.certificate(),
                NOW,
            )
            .unwrap();
        assert_eq!(opened.letter, letter());
    }
}

#[test]
fn headers_cannot_be_smuggled_in() {
    let anna = person("anna", 1);
    let smuggled = "x\r\nBcc: eve@example.test\r\nMessage-ID: <y@restante.invalid>\r\n\r\nbody";
    let mut from = correspondent("anna");
    from.name = Some(smuggled.into());
    let letter = Letter {
        subject: smuggled.into(),
        from,
        ..letter()
    };
    let sealed = anna
        .seal(&letter, message(1), smuggled, &readers(&anna, &[]), NOW, &mut rng(3))
        .unwrap();
    let packet = &sealed.key_packets[0].packet;
    let opened = anna
        .open_body(message(1), packet, &sealed.body, anna.certificate(), NOW)
        .unwrap()
        .letter;
    let one_line = "x Bcc: eve@example.test Message-ID: <y@restante.invalid> body";
    assert_eq!(
        (opened.subject.as_str(), opened.from.name.as_deref()),
        (one_line, Some(one_line))
    );
    assert_eq!(opened.text, letter.text);
}

#[test]
fn secrets_stand_in_no_debug() {
    let sent = sent();
    let key = vault::VaultKey::generate(&mut rng(7));
    let secret_key = vault::AccountKey::generate(&address("anna@example.test"), NOW, &mut rng(1)).unwrap();
    let file = vault::FileRef {
        name: "a".into(),
        media_type: "b/c".into(),
        size: 1,
        sha256: wire::Sha256([1; 32]),
        key: sent.sealed.session_key.clone(),
    };
    let shown = format!(
        "{:?} {:?} {key:?} {secret_key:?} {file:?} {:?}",
        sent.anna, sent.sealed, sent.sealed.session_key
    );
    assert!(shown.contains("SessionKey(…)") && shown.contains("VaultKey(…)"));
    assert!(!shown.contains(&*sent.sealed.session_key.to_base64()));
    // Neither as arrays print nor as hexadecimal does: what the secret key holds and its certificate does not.
    let (secret, public) = (secret_key.to_bytes(), secret_key.certificate().to_bytes());
    let is_public = |window: &[u8]| public.windows(8).any(|other| other == window);
    let windows: Vec<_> = secret.windows(8).filter(|window| !is_public(window)).collect();
    assert!(windows.len() > 32 + 96);
    for window in windows {
        let hex: String = window.iter().map(|byte| format!("{byte:02x}")).collect();
        let array = format!("{window:?}");
        assert!(!shown.contains(array.trim_matches(['[', ']'])) && !shown.contains(&hex));
    }
}

fn flipped(bytes: &[u8], bit: prop::sample::Index) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    let bit = bit.index(bytes.len() * 8);
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

/// Arbitrary edits: bits flipped, ranges removed, doubled or overwritten.
fn mutated(bytes: &[u8], edits: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    let mut mutated = bytes.to_vec();
    for (at, kind, value) in edits {
        if mutated.is_empty() {
            break;
        }
        let at = at.index(mutated.len());
        let end = (at + usize::from(*value)).min(mutated.len());
        match kind % 4 {
            0 => mutated[at] = *value,
            1 => drop(mutated.drain(at..end)),
            2 => {
                let copy = mutated[at..end].to_vec();
                mutated.splice(at..at, copy);
            }
            _ => mutated.truncate(at),
        }
    }
    mutated
}

thread_local! {
    static SENT: Sent = sent();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bit_can_be_flipped(bit: prop::sample::Index) {
        SENT.with(|sent| {
            let (id, packet, sender) = (message(1), sent.key_packet(), sent.anna.certificate());
            let body = flipped(&sent.sealed.body, bit);
            prop_assert!(sent.ben.open_body(id, packet, &body, sender, NOW).is_err());
            let cover = flipped(&sent.sealed.cover, bit);
            prop_assert!(sent.ben.open_cover(id, packet, &cover, sender, NOW).is_err());
            let packet = flipped(packet, bit);
            prop_assert!(sent.ben.open_body(id, &packet, &sent.sealed.body, sender, NOW).is_err());
            Ok(())
        })?;
    }

    #[test]
    fn opening_never_panics(edits: Vec<(prop::sample::Index, u8, u8)>, noise: Vec<u8>) {
        SENT.with(|sent| {
            let (id, packet, sender) = (message(1), sent.key_packet(), sent.anna.certificate());
            for body in [mutated(&sent.sealed.body, &edits), noise.clone()] {
                let _ = sent.ben.open_body(id, packet, &body, sender, NOW);
                let _ = sent.ben.open_cover(id, packet, &body, sender, NOW);
            }
            for packet in [mutated(packet, &edits), noise.clone()] {
                let _ = sent.ben.open_body(id, &packet, &sent.sealed.body, sender, NOW);
            }
            let key = vault::VaultKey::generate(&mut rng(1));
            let locked = sent.anna.lock(&key, &mut rng(2)).unwrap();
            let _ = Vault::unlock(&mutated(&locked, &edits), owner(), &key);
            let secret = vault::AccountKey::generate(&address("a@example.test"), NOW, &mut rng(1)).unwrap().to_bytes();
            let _ = vault::AccountKey::parse(&mutated(&secret, &edits));
            let _ = vault::AccountKey::parse(&noise);
        });
    }
}

//! Messages that arrive as they were sent.

use proptest::prelude::*;
use vault::{Correspondent, Cover, Letter};

use crate::people::{NOW, correspondent, letter, message, person, readers, rng, sent};

#[test]
fn recipient_and_sender_open_what_was_sealed() {
    let sent = sent();
    for (reader, packet) in [(&sent.ben, 0), (&sent.anna, 1)] {
        let packet = &sent.sealed.key_packets[packet];
        assert_eq!(packet.fingerprint, reader.certificate().fingerprint());
        let cover = reader
            .open_cover(
                message(1),
                &packet.packet,
                &sent.sealed.cover,
                sent.anna.certificate(),
                NOW,
            )
            .unwrap();
        assert_eq!(
            cover,
            Cover {
                subject: "Größe der Lieferung".into(),
                sender_name: "Anna A.".into(),
                snippet: "Hello Ben, ten of them, please. -- Anna".into(),
                files: vec![],
            }
        );
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
        assert_eq!((opened.date, opened.signed_at), (NOW, NOW));
        assert_eq!(opened.fingerprint, sent.anna.certificate().fingerprint());
    }
}

#[test]
fn a_letter_without_html_names_or_cc_comes_back() {
    let anna = person("anna", 1);
    let letter = Letter {
        from: Correspondent {
            name: None,
            ..correspondent("anna")
        },
        to: vec![],
        cc: vec![],
        subject: String::new(),
        text: String::new(),
        html: None,
        files: vec![],
    };
    let sealed = anna
        .seal(&letter, message(1), "", &readers(&anna, &[]), NOW, &mut rng(3))
        .unwrap();
    let packet = &sealed.key_packets[0].packet;
    assert_eq!(
        anna.open_body(message(1), packet, &sealed.body, anna.certificate(), NOW)
            .unwrap()
            .letter,
        letter
    );
}

#[test]
fn what_looks_encoded_is_not_decoded() {
    let anna = person("anna", 1);
    for subject in [
        "=?utf-8?B?R3LDtsOfZQ==?=",
        "=?utf-8?Q?a b?= =?x",
        "what =? is this",
        &"=?utf-8?B?w7w=?= ".repeat(9),
    ] {
        let mut from = correspondent("anna");
        from.name = Some(subject.into());
        let letter = Letter {
            subject: subject.into(),
            from,
            ..letter()
        };
        let sealed = anna
            .seal(&letter, message(1), subject, &readers(&anna, &[]), NOW, &mut rng(3))
            .unwrap();
        let packet = &sealed.key_packets[0].packet;
        let opened = anna
            .open_body(message(1), packet, &sealed.body, anna.certificate(), NOW)
            .unwrap()
            .letter;
        assert_eq!(opened.subject, subject.trim());
        // A name is a label: it loses what cannot be told from an encoding.
        assert!(
            !opened
                .from
                .name
                .is_some_and(|name| name.contains("=?") || name.contains('ü'))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_letter_comes_back(
        subject in "\\PC{0,120}",
        name in "\\PC{0,60}",
        text in "(\\PC|[\\n\\t =.]){0,300}",
        html in proptest::option::of("(\\PC|[\\n<>&]){0,300}"),
    ) {
        prop_assume!(!name.contains("=?"));
        let anna = person("anna", 1);
        let one_line = |text: &str| text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
        let letter = Letter {
            from: Correspondent { name: Some(name.clone()), ..correspondent("anna") },
            subject,
            text,
            html,
            ..letter()
        };
        let sealed = anna.seal(&letter, message(1), &name, &readers(&anna, &[]), NOW, &mut rng(3)).unwrap();
        let packet = &sealed.key_packets[0].packet;
        let opened = anna.open_body(message(1), packet, &sealed.body, anna.certificate(), NOW).unwrap().letter;
        let name = Some(one_line(&name)).filter(|name| !name.is_empty());
        let expected = Letter {
            from: Correspondent { name, ..letter.from },
            subject: one_line(&letter.subject),
            ..letter
        };
        prop_assert_eq!(opened, expected);
    }
}

/// The case from the field: a clock that is days before the key signs what nobody would ever open, its sender included.
#[test]
fn a_clock_that_is_before_the_key_seals_nothing() {
    let (anna, ben) = (person("anna", 1), person("ben", 2));
    let seals = |now| {
        anna.seal(
            &letter(),
            message(1),
            "Anna",
            &readers(&anna, &[ben.certificate()]),
            now,
            &mut rng(3),
        )
    };
    let day = 86_400_000;
    assert!(seals(NOW).is_ok() && seals(NOW - day / 4).is_ok());
    for now in [NOW - 3 * day, NOW - day, 0] {
        assert_eq!(seals(now).unwrap_err().code(), "certificate-not-yet", "{now}");
    }
}

#[test]
fn a_signature_of_later_is_none() {
    let (anna, ben) = (person("anna", 1), person("ben", 2));
    let (day, to_ben) = (86_400_000, readers(&anna, &[ben.certificate()]));
    let sealed = anna
        .seal(&letter(), message(1), "Anna", &to_ben, NOW + 3 * day, &mut rng(3))
        .unwrap();
    let packet = &sealed.key_packets[0].packet;
    let own = anna.certificate();
    let opened = |now| {
        let body = ben.open_body(message(1), packet, &sealed.body, own, now).map(drop);
        let cover = ben.open_cover(message(1), packet, &sealed.cover, own, now).map(drop);
        assert_eq!(body, cover, "{now}");
        body.map_err(vault::Error::code)
    };
    assert_eq!(
        (opened(NOW), opened(NOW + day)),
        (Err("signed-later"), Err("signed-later"))
    );
    // Two people's clocks may be apart.
    assert_eq!((opened(NOW + 2 * day), opened(NOW + 400 * day)), (Ok(()), Ok(())));
}

/// What was altered between sealing and posting does not pass for sealed: the vault itself looks.
#[test]
fn what_is_sealed_opens_at_every_time_at_which_it_may_be_sealed() {
    let (anna, ben) = (person("anna", 1), person("ben", 2));
    for hours in -12..=12 {
        let now = NOW + hours * 3_600_000;
        let sealed = anna
            .seal(
                &letter(),
                message(1),
                "Anna",
                &readers(&anna, &[ben.certificate()]),
                now,
                &mut rng(3),
            )
            .unwrap();
        let packet = &sealed.key_packets[0].packet;
        ben.open_body(message(1), packet, &sealed.body, anna.certificate(), NOW)
            .unwrap();
    }
}

//! A key that follows another: what is believed, and what is not.

use proptest::prelude::*;
use vault::{Certificate, Fingerprint, Sight, Vault, VaultKey};

use crate::people::{NOW, address, letter, message, owner, person, readers, rng};

const CAROL: &str = "carol@example.test";

type Statements = Vec<(Certificate, Vec<u8>)>;

fn fingerprint(vault: &Vault) -> Fingerprint {
    vault.certificate().fingerprint()
}

/// What `from` says of `to`.
fn step(from: &Vault, to: &Vault) -> (Certificate, Vec<u8>) {
    step_for(CAROL, from, to)
}

fn step_for(whose: &str, from: &Vault, to: &Vault) -> (Certificate, Vec<u8>) {
    let statement = from
        .succession(&address(whose), fingerprint(to), NOW, &mut rng(5))
        .unwrap();
    (from.certificate().clone(), statement)
}

/// Anna, who knows these keys of Carol's, the newest last.
fn knowing(keys: &[&Vault]) -> Vault {
    let mut anna = person("anna", 1);
    for key in keys {
        anna.remember(&address(CAROL), fingerprint(key));
    }
    anna
}

/// How a key looks to somebody who reads, and to somebody who writes.
fn sights(anna: &Vault, key: &Vault, statements: &[(Certificate, Vec<u8>)]) -> [Sight; 2] {
    let (whose, key) = (address(CAROL), fingerprint(key));
    [
        anna.seen(&whose, key, statements),
        anna.seen_for_sealing(&whose, key, statements),
    ]
}

#[test]
fn a_key_that_the_last_one_names_has_succeeded_it() {
    let (one, two) = (person("carol", 2), person("dora", 3));
    let mut anna = knowing(&[&one]);
    let before = fingerprint(&one);
    assert_eq!(sights(&anna, &two, &[]), [Sight::Changed { before }; 2]);
    assert_eq!(
        sights(&anna, &two, &[step(&one, &two)]),
        [Sight::Succeeded { before }; 2]
    );
    // Whoever never knew the first has nothing to go by.
    assert_eq!(sights(&knowing(&[]), &two, &[step(&one, &two)]), [Sight::First; 2]);

    assert!(anna.remember(&address(CAROL), fingerprint(&two)));
    assert!(!anna.remember(&address("Carol@Example.test"), fingerprint(&two)));
    assert_eq!(sights(&anna, &two, &[]), [Sight::Same; 2]);
    // Old letters are read as before; nothing is sealed to the old key any more.
    let before = fingerprint(&two);
    assert_eq!(sights(&anna, &one, &[]), [Sight::Same, Sight::Changed { before }]);
    // Another address is another matter.
    assert_eq!(
        anna.seen(&address("dora@example.test"), fingerprint(&two), &[]),
        Sight::First
    );
}

#[test]
fn an_address_that_goes_on_and_comes_back_is_followed() {
    let (one, two, three) = (person("carol", 2), person("dora", 3), person("emma", 4));
    let before = fingerprint(&one);
    let chain = [step(&two, &three), step(&one, &two)];
    let mut anna = knowing(&[&one]);
    assert_eq!(sights(&anna, &three, &chain), [Sight::Succeeded { before }; 2]);
    assert_eq!(sights(&anna, &three, &chain[..1]), [Sight::Changed { before }; 2]);

    // She follows to the third without ever having seen the second; its letters are still believed, and the third stays
    // the newest.
    anna.remember(&address(CAROL), fingerprint(&three));
    let [reading, writing] = sights(&anna, &two, &chain[1..]);
    let newest = fingerprint(&three);
    assert_eq!((reading, writing), (Sight::Same, Sight::Changed { before: newest }));

    // And home again.
    let home = [step(&one, &two), step(&two, &three), step(&three, &one)];
    let [reading, writing] = sights(&anna, &one, &home);
    assert_eq!((reading, writing), (Sight::Same, Sight::Succeeded { before: newest }));
    anna.remember(&address(CAROL), fingerprint(&one));
    assert_eq!(sights(&anna, &one, &[]), [Sight::Same; 2]);
}

#[test]
fn what_is_forged_foreign_or_for_something_else_is_not_believed() {
    let (one, two, eve) = (person("carol", 2), person("dora", 3), person("eve", 9));
    let anna = knowing(&[&one]);
    let changed = [Sight::Changed {
        before: fingerprint(&one),
    }; 2];
    let (certificate, statement) = step(&one, &two);

    // Signed by the successor itself, by a stranger, or by a stranger under the certificate of the right one.
    assert_eq!(sights(&anna, &two, &[step(&two, &two)]), changed);
    assert_eq!(sights(&anna, &two, &[step(&eve, &two)]), changed);
    let by_eve = step(&eve, &two).1;
    assert_eq!(sights(&anna, &two, &[(certificate.clone(), by_eve)]), changed);
    // The right statement under a stranger's certificate.
    assert_eq!(
        sights(&anna, &two, &[(eve.certificate().clone(), statement.clone())]),
        changed
    );
    // For another address, for another successor, the other way round.
    assert_eq!(
        sights(&anna, &two, &[step_for("carol@other.test", &one, &two)]),
        changed
    );
    assert_eq!(
        sights(&anna, &eve, &[(certificate.clone(), statement.clone())]),
        changed
    );
    assert_eq!(sights(&anna, &two, &[step(&two, &one)]), changed);
    // A stranger vouches for a key, and the key for the stranger: around in a circle, and never to the start.
    assert_eq!(sights(&anna, &two, &[step(&eve, &two), step(&two, &eve)]), changed);

    // Cut short, added to, and each octet of words and signature altered. The frame before says nothing that counts.
    let words = statement.iter().position(|&octet| octet == b'{').unwrap();
    for at in 0..statement.len() {
        let cut = statement[..at].to_vec();
        assert_eq!(sights(&anna, &two, &[(certificate.clone(), cut)]), changed, "{at}");
        let mut flipped = statement.clone();
        flipped[at] ^= 1 << (at % 8);
        let sights = sights(&anna, &two, &[(certificate.clone(), flipped)]);
        assert!(at < words || sights == changed, "{at}");
    }
    let doubled = [&statement[..], &statement].concat();
    assert_eq!(sights(&anna, &two, &[(certificate.clone(), doubled)]), changed);

    // Among all that, the true one still counts.
    let among = [
        step(&eve, &two),
        (certificate.clone(), Vec::new()),
        (certificate, statement),
    ];
    assert!(matches!(
        sights(&anna, &two, &among),
        [Sight::Succeeded { .. }, Sight::Succeeded { .. }]
    ));
}

#[test]
fn a_message_is_no_statement() {
    // A letter and its cover are signed in the same form by the same key, with words that their writer chose.
    let (one, two) = (person("anna", 1), person("dora", 3));
    let mut ben = person("ben", 2);
    let whose = address("anna@example.test");
    ben.remember(&whose, fingerprint(&one));
    let words = format!(
        r#"{{"v":1,"kind":"succession","address":"anna@example.test","from":"{}","to":"{}"}}"#,
        fingerprint(&one),
        fingerprint(&two)
    );
    let letter = vault::Letter {
        subject: words.clone(),
        text: words,
        html: None,
        ..letter()
    };
    let sealed = one
        .seal(&letter, message(1), "Anna", &readers(&one, &[]), NOW, &mut rng(3))
        .unwrap();
    for part in [&sealed.cover, &sealed.body] {
        let signed = crate::interop::plaintext(part, &sealed.session_key);
        let given = [(one.certificate().clone(), signed)];
        let before = fingerprint(&one);
        assert_eq!(
            ben.seen_for_sealing(&whose, fingerprint(&two), &given),
            Sight::Changed { before }
        );
    }
}

#[test]
fn no_more_is_remembered_or_followed_than_eight() {
    let people: Vec<Vault> = (0..10).map(|n| person("carol", 20 + n)).collect();
    let mut anna = knowing(&people.iter().take(9).collect::<Vec<_>>());
    let before = fingerprint(&people[8]);
    // The first gave way to the ninth.
    assert_eq!(sights(&anna, &people[0], &[]), [Sight::Changed { before }; 2]);
    assert_eq!(sights(&anna, &people[1], &[])[0], Sight::Same);
    let key = VaultKey::generate(&mut rng(1));
    anna = Vault::unlock(&anna.lock(&key, &mut rng(2)).unwrap(), owner(), &key).unwrap();
    assert_eq!(sights(&anna, &people[1], &[])[0], Sight::Same);

    let steps: Statements = people.windows(2).map(|pair| step(&pair[0], &pair[1])).collect();
    let anna = knowing(&[&people[0]]);
    let before = fingerprint(&people[0]);
    assert_eq!(sights(&anna, &people[8], &steps), [Sight::Succeeded { before }; 2]);
    assert_eq!(sights(&anna, &people[9], &steps), [Sight::Changed { before }; 2]);
}

thread_local! {
    static PEOPLE: Vec<Vault> = (0..6).map(|n| person("carol", 40 + n)).collect();
}

/// What was done to a statement; altered so many octets before its end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Made {
    Well,
    ForAnotherAddress,
    UnderAnotherCertificate,
    Altered(usize),
}

fn made() -> impl Strategy<Value = Made> {
    prop_oneof![
        4 => Just(Made::Well),
        1 => Just(Made::ForAnotherAddress),
        1 => Just(Made::UnderAnotherCertificate),
        1 => (0..300_usize).prop_map(Made::Altered),
    ]
}

/// Whoever sends messages gets a key seen. Nothing that arrives makes it known, and another one is noticed all the same.
#[test]
fn nothing_that_is_received_makes_a_key_known() {
    let mut anna = person("anna", 1);
    let (carol, eve) = (address(CAROL), Fingerprint([6; 32]));
    assert_eq!(anna.seen(&carol, eve, &[]), Sight::First);
    assert!(anna.saw(&carol, eve, &[]));
    for _ in 0..3 {
        assert!(!anna.saw(&carol, eve, &[]));
        assert_eq!(anna.seen(&carol, eve, &[]), Sight::Unconfirmed);
    }
    let other = Fingerprint([7; 32]);
    assert_eq!(anna.seen(&carol, other, &[]), Sight::Changed { before: eve });
    assert!(
        !anna.saw(&carol, other, &[]),
        "a changed key is not taken by being received"
    );
    assert_eq!(
        anna.seen_for_sealing(&carol, other, &[]),
        Sight::Changed { before: eve }
    );
    // It goes on so in another client, and is over once Anna writes to it or accepts it.
    let key = VaultKey::generate(&mut rng(5));
    let sealed = anna.lock(&key, &mut rng(6)).unwrap();
    let mut anna = Vault::unlock(&sealed, owner(), &key).unwrap();
    assert_eq!(anna.seen(&carol, eve, &[]), Sight::Unconfirmed);
    assert!(anna.remember(&carol, eve));
    assert_eq!(anna.seen(&carol, eve, &[]), Sight::Same);
    assert!(!anna.saw(&carol, eve, &[]) && !anna.remember(&carol, eve));
    assert_eq!(anna.seen(&carol, eve, &[]), Sight::Same);
}

/// Who is vouched for is as known as who vouches.
#[test]
fn an_unconfirmed_key_confirms_no_other() {
    let mut ben = person("ben", 4);
    let (whose, one, two) = (address(CAROL), person("carol", 2), person("dora", 3));
    let predecessors = [step(&one, &two)];
    ben.saw(&whose, fingerprint(&one), &[]);
    assert_eq!(ben.seen(&whose, fingerprint(&two), &predecessors), Sight::Unconfirmed);
    assert!(ben.saw(&whose, fingerprint(&two), &predecessors));
    assert_eq!(ben.seen(&whose, fingerprint(&two), &[]), Sight::Unconfirmed);
    assert_eq!(ben.seen(&whose, fingerprint(&one), &[]), Sight::Unconfirmed);

    let mut anna = knowing(&[&one]);
    let before = fingerprint(&one);
    assert_eq!(
        anna.seen(&whose, fingerprint(&two), &predecessors),
        Sight::Succeeded { before }
    );
    assert!(anna.saw(&whose, fingerprint(&two), &predecessors));
    assert_eq!(anna.seen(&whose, fingerprint(&two), &[]), Sight::Same);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Any steps, true and false, in any order and with circles, against a search of the true ones.
    #[test]
    fn exactly_what_true_steps_reach_has_succeeded(
        known in prop::collection::vec(0..6_usize, 1..4),
        steps in prop::collection::vec((0..6_usize, 0..6_usize, made()), 0..=8),
        target in 0..6_usize,
    ) {
        PEOPLE.with(|people| {
            let anna = knowing(&known.iter().map(|&n| &people[n]).collect::<Vec<_>>());
            let statements: Statements = steps
                .iter()
                .map(|&(from, to, made)| {
                    let whose = if made == Made::ForAnotherAddress { "other@example.test" } else { CAROL };
                    let (mut certificate, mut statement) = step_for(whose, &people[from], &people[to]);
                    match made {
                        Made::UnderAnotherCertificate => certificate = people[(from + 1) % 6].certificate().clone(),
                        Made::Altered(at) => {
 let last = statement.len() - 1;
 statement[last - at] ^= 1;
}
                        Made::Well | Made::ForAnotherAddress => {}
                    }
                    (certificate, statement)
                })
                .collect();
            let reached = |start: usize| {
                let mut reached = vec![start];
                let mut next = 0;
                while let Some(&from) = reached.get(next) {
                    next += 1;
                    for &(a, b, made) in &steps {
                        if a == from && made == Made::Well && !reached.contains(&b) {
                            reached.push(b);
                        }
                    }
                }
                reached.contains(&target)
            };
            let newest = *known.last().unwrap();
            let before = fingerprint(&people[newest]);
            let writing = match () {
                () if newest == target => Sight::Same,
                () if reached(newest) => Sight::Succeeded { before },
                () => Sight::Changed { before },
            };
            let reading = match writing {
                _ if known.contains(&target) => Sight::Same,
                Sight::Changed { .. } if known.iter().any(|&older| reached(older)) => Sight::Same,
                other => other,
            };
            prop_assert_eq!(sights(&anna, &people[target], &statements), [reading, writing]);
            Ok(())
        })?;
    }

    #[test]
    fn the_memory_is_a_short_list_of_the_newest(turns in prop::collection::vec((0..12_u8, any::<bool>()), 0..40)) {
        let key = VaultKey::generate(&mut rng(1));
        let mut anna = person("anna", 1);
        let mut model: Vec<u8> = Vec::new();
        for (n, stored) in turns {
            let changed = model.last() != Some(&n);
            prop_assert_eq!(anna.remember(&address(CAROL), Fingerprint([n; 32])), changed);
            model.retain(|&other| other != n);
            model.push(n);
            let over = model.len().saturating_sub(8);
            model.drain(..over);
            if stored {
                anna = Vault::unlock(&anna.lock(&key, &mut rng(2)).unwrap(), owner(), &key).unwrap();
            }
            for n in 0..12 {
                let sight = anna.seen(&address(CAROL), Fingerprint([n; 32]), &[]);
                prop_assert_eq!(sight == Sight::Same, model.contains(&n));
            }
        }
    }
}

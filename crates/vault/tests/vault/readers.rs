//! Whom a message is sealed to: what an honest portal answers passes, and every lie is an error of its own.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vault::{Acquaintance, Addressee, ChangedKey, Error, Readers, ReadersError, Vault};
use wire::{
    Address, Bytes,
    claims::Predecessor,
    people::{Recipient, RecipientKind},
};

use crate::people::{NOW, account, address, letter, message, owner, person, readers, recipient, rng};

const BEN: &str = "ben@example.test";
const CAROL: &str = "carol@example.test";

/// What somebody's key says of another's under an address, as the portal serves it.
fn predecessor(whose: &str, from: &Vault, to: &Vault) -> Predecessor {
    let successor = to.certificate().fingerprint();
    let statement = from.succession(&address(whose), successor, NOW, &mut rng(5)).unwrap();
    Predecessor {
        certificate: from.certificate().to_bytes().into(),
        statement: statement.into(),
    }
}

fn served(whose: &str, by: &Vault) -> Recipient {
    recipient(&address(whose), by.certificate())
}

/// The same, without a word on which address the key stands for.
fn bare(whose: &str, by: &Vault) -> Recipient {
    recipient(&address(whose), &by.certificate().without_user_ids())
}

fn addressees(list: &[&str]) -> Vec<Addressee> {
    list.iter().map(|text| address(text).into()).collect()
}

fn moved(to: &str, formerly: &str) -> Vec<Addressee> {
    vec![Addressee {
        address: address(to),
        formerly: Some(address(formerly)),
    }]
}

fn check(anna: &Vault, to: &[&str], answer: &[Recipient]) -> Result<Readers, ReadersError> {
    anna.check_readers(account(anna.certificate()), &addressees(to), answer, None)
}

fn acquaintances(readers: &Readers) -> Vec<Acquaintance> {
    readers.iter().map(|reader| reader.acquaintance).collect()
}

#[test]
fn whoever_is_met_for_the_first_time_is_named_and_then_known() {
    let (mut anna, ben) = (person("anna", 1), person("ben", 2));
    let to = addressees(&["Ben@Example.test", "anna@example.test"]);
    assert_eq!(anna.first_contacts(&to), [&address(BEN)]);
    let answer = [served("Ben@example.test", &ben), served("anna@example.test", &anna)];
    let own = account(anna.certificate());
    let readers = anna.check_readers(own, &to, &answer, None).unwrap();
    assert_eq!(acquaintances(&readers), [Acquaintance::FirstContact, Acquaintance::Own]);
    let first: Vec<_> = readers
        .first_contacts()
        .map(|one| (&one.address, one.fingerprint()))
        .collect();
    assert_eq!(first, [(&address(BEN), ben.certificate().fingerprint())]);

    assert!(anna.remember_readers(&readers) && !anna.remember_readers(&readers));
    let again = anna.check_readers(own, &to, &answer, None).unwrap();
    assert_eq!(acquaintances(&again), [Acquaintance::Known, Acquaintance::Own]);
    assert_eq!(anna.first_contacts(&to), Vec::<&Address>::new());
}

#[test]
fn the_key_of_somebody_who_has_not_registered_is_not_remembered_but_compared() {
    let (mut anna, ben, eve) = (person("anna", 1), person("ben", 2), person("ben", 9));
    let invited = |by| Recipient {
        standing: RecipientKind::Invited,
        ..served(BEN, by)
    };
    let readers = check(&anna, &[BEN], &[invited(&eve)]).unwrap();
    assert!(!anna.remember_readers(&readers));
    assert_eq!(readers.first_contacts().count(), 1);
    let registered = check(&anna, &[BEN], &[served(BEN, &ben)]).unwrap();
    assert!(anna.remember_readers(&registered));
    // Whatever the portal says of the address from now on.
    let refused = check(&anna, &[BEN], &[invited(&eve)]).unwrap_err();
    assert_eq!(refused.code(), "keys-changed");
}

#[test]
fn of_the_addresses_asked_each_is_answered_once_and_no_other() {
    let (mut anna, ben, eve) = (person("anna", 1), person("ben", 2), person("eve", 9));
    // A correspondent whose key is remembered, and somebody never heard of: the lie that an audit ran.
    anna.remember(&address(BEN), ben.certificate().fingerprint());
    let (honest, added) = (served(BEN, &ben), served("eve@example.test", &eve));
    let both = [honest.clone(), added.clone()];
    let refused = |to: &[&str], answer: &[Recipient]| check(&anna, to, answer).unwrap_err();
    assert_eq!(
        refused(&[BEN], &both),
        ReadersError::NotAsked(address("eve@example.test"))
    );
    assert_eq!(
        refused(&[BEN], &[added]),
        ReadersError::NotAsked(address("eve@example.test"))
    );
    assert_eq!(refused(&[BEN], &[]), ReadersError::NotAnswered(address(BEN)));
    assert_eq!(
        refused(&[BEN, CAROL], &both[..1]),
        ReadersError::NotAnswered(address(CAROL))
    );
    let twice = [honest.clone(), served("BEN@example.test", &eve)];
    assert_eq!(refused(&[BEN], &twice), ReadersError::AnsweredTwice(address(BEN)));
    // Two spellings are one address.
    assert!(check(&anna, &[BEN, "Ben@example.test"], &[honest]).is_ok());
}

#[test]
fn a_key_stands_for_the_address_it_is_answered_for_or_for_none() {
    let (anna, ben, carol) = (person("anna", 1), person("ben", 2), person("carol", 3));
    let refused = check(&anna, &[BEN], &[served(BEN, &carol)]).unwrap_err();
    assert_eq!(refused, ReadersError::OtherUserId(address(BEN)));
    let mut two = person("ben", 2);
    let both = two.certify(&[address(BEN), address(CAROL)], NOW, &mut rng(4)).unwrap();
    let refused = check(&anna, &[BEN], &[recipient(&address(BEN), &both)]).unwrap_err();
    assert_eq!(refused, ReadersError::OtherUserId(address(BEN)));
    assert!(check(&anna, &[BEN], &[bare(BEN, &ben)]).is_ok());
    let damaged = Recipient {
        certificate: Bytes(vec![1, 2, 3]),
        ..served(BEN, &ben)
    };
    let refused = check(&anna, &[BEN], &[damaged]).unwrap_err();
    assert_eq!(refused.code(), "key-unusable");
}

#[test]
fn ones_own_key_and_account_are_ones_own_addresses_alone() {
    let (anna, ben) = (person("anna", 1), person("ben", 2));
    let own = account(anna.certificate());
    let refused = |to: &str, answer: Recipient| check(&anna, &[to], &[answer]).unwrap_err();
    // The own account is said to be somebody else's, with the own key, with theirs, and the own key under their account.
    assert_eq!(
        refused(BEN, bare(BEN, &anna)),
        ReadersError::OwnForAnother(address(BEN))
    );
    let theirs = Recipient {
        account: own,
        ..served(BEN, &ben)
    };
    assert_eq!(refused(BEN, theirs), ReadersError::OtherKeyAsOwn(address(BEN)));
    let under_another = Recipient {
        account: account(ben.certificate()),
        ..bare(BEN, &anna)
    };
    assert_eq!(refused(BEN, under_another), ReadersError::OwnForAnother(address(BEN)));
    // What is one's own is said to be another's.
    let annas = "anna@example.test";
    let another_key = Recipient {
        account: own,
        ..bare(annas, &ben)
    };
    assert_eq!(refused(annas, another_key), ReadersError::OtherKeyAsOwn(address(annas)));
    for elsewhere in [
        bare(annas, &ben),
        Recipient {
            account: account(ben.certificate()),
            ..served(annas, &anna)
        },
    ] {
        assert_eq!(
            refused(annas, elsewhere),
            ReadersError::OwnAddressElsewhere(address(annas))
        );
    }
}

#[test]
fn a_correspondents_address_does_not_become_ones_own_unnoticed() {
    let (mut anna, ben) = (person("anna", 1), person("ben", 2));
    let before = ben.certificate().fingerprint();
    anna.remember(&address(BEN), before);
    // The portal has said before that the address is hers, and her client has certified it.
    anna.certify(&[address("anna@example.test"), address(BEN)], NOW, &mut rng(4))
        .unwrap();
    let mut answer = bare(BEN, &anna);
    let refused = check(&anna, &[BEN], std::slice::from_ref(&answer)).unwrap_err();
    assert_eq!(
        refused,
        ReadersError::KeysChanged(vec![ChangedKey {
            address: address(BEN),
            formerly: None,
            before,
            now: anna.certificate().fingerprint(),
        }])
    );
    // Ben's key says so where it is so.
    answer.predecessors = vec![predecessor(BEN, &ben, &anna)];
    let readers = check(&anna, &[BEN], &[answer]).unwrap();
    assert_eq!(acquaintances(&readers), [Acquaintance::Own]);
}

#[test]
fn an_account_has_one_key_and_a_key_one_account() {
    let (anna, ben, carol) = (person("anna", 1), person("ben", 2), person("carol", 3));
    let account = account(ben.certificate());
    let two_keys = [
        served(BEN, &ben),
        Recipient {
            account,
            ..served(CAROL, &carol)
        },
    ];
    let refused = check(&anna, &[BEN, CAROL], &two_keys).unwrap_err();
    assert_eq!(refused, ReadersError::SeveralKeys(address(CAROL)));
    let two_accounts = [
        served(BEN, &ben),
        Recipient {
            account: crate::people::account(carol.certificate()),
            ..bare(CAROL, &ben)
        },
    ];
    let refused = check(&anna, &[BEN, CAROL], &two_accounts).unwrap_err();
    assert_eq!(refused, ReadersError::SeveralKeys(address(CAROL)));
    // Two addresses of one account are two readers and one key packet.
    let readers = check(&anna, &[BEN, CAROL], &[served(BEN, &ben), bare(CAROL, &ben)]).unwrap();
    let sealed = anna
        .seal(&letter(), message(1), "", &readers, NOW, &mut rng(3))
        .unwrap();
    let made_for: Vec<_> = sealed.key_packets.iter().map(|packet| packet.fingerprint).collect();
    assert_eq!(made_for, [&ben, &anna].map(|one| one.certificate().fingerprint()));
}

#[test]
fn a_changed_key_is_named_and_can_be_accepted() {
    let (mut anna, ben, eve) = (person("anna", 1), person("ben", 2), person("ben", 9));
    anna.remember(&address(BEN), ben.certificate().fingerprint());
    let swapped = [served(BEN, &eve)];
    let Err(ReadersError::KeysChanged(changed)) = check(&anna, &[BEN], &swapped) else {
        panic!("a changed key passed");
    };
    assert_eq!(
        changed,
        [ChangedKey {
            address: address(BEN),
            formerly: None,
            before: ben.certificate().fingerprint(),
            now: eve.certificate().fingerprint(),
        }]
    );
    assert!(anna.accept(&changed[0]) && !anna.accept(&changed[0]));
    let readers = check(&anna, &[BEN], &swapped).unwrap();
    assert_eq!(acquaintances(&readers), [Acquaintance::Known]);
    // A key that the one before names needs no question.
    let follows = Recipient {
        predecessors: vec![predecessor(BEN, &eve, &ben)],
        ..served(BEN, &ben)
    };
    let readers = check(&anna, &[BEN], &[follows]).unwrap();
    assert_eq!(acquaintances(&readers), [Acquaintance::Successor]);
    assert!(anna.remember_readers(&readers));
}

#[test]
fn an_answer_goes_to_the_key_known_under_the_former_address() {
    let (mut anna, ben, carol) = (person("anna", 1), person("ben", 2), person("carol", 3));
    let own = account(anna.certificate());
    let new = "ben.new@example.test";
    let check = |anna: &Vault, answer: &[Recipient], former: Option<&[Recipient]>| {
        anna.check_readers(own, &moved(new, BEN), answer, former)
    };
    // Of whom nothing is known under either address one says so.
    assert_eq!(anna.first_contacts(&moved(new, BEN)), [&address(new)]);
    let readers = check(&anna, &[bare(new, &carol)], None).unwrap();
    assert_eq!(readers.first_contacts().count(), 1);

    let before = ben.certificate().fingerprint();
    anna.remember(&address(BEN), before);
    assert_eq!(anna.first_contacts(&moved(new, BEN)), Vec::<&Address>::new());
    let readers = check(&anna, &[bare(new, &ben)], None).unwrap();
    assert_eq!(acquaintances(&readers), [Acquaintance::Known]);

    // Somebody else, and even a correspondent of hers whose key she knows: the lie that an audit ran.
    let changed = ReadersError::KeysChanged(vec![ChangedKey {
        address: address(new),
        formerly: Some(address(BEN)),
        before,
        now: carol.certificate().fingerprint(),
    }]);
    for known in [false, true] {
        if known {
            anna.remember(&address(new), carol.certificate().fingerprint());
        }
        let redirected = [bare(new, &carol)];
        assert_eq!(
            check(&anna, &redirected, None),
            Err(ReadersError::FormerNeeded(vec![address(BEN)]))
        );
        assert_eq!(check(&anna, &redirected, Some(&[])), Err(changed.clone()));
        // What proves nothing: the old address is another account's, or its key speaks of another address.
        let mut former = bare(BEN, &carol);
        former.predecessors = vec![predecessor(new, &ben, &carol), predecessor(BEN, &carol, &carol)];
        assert_eq!(check(&anna, &redirected, Some(&[former.clone()])), Err(changed.clone()));
        former.predecessors = vec![predecessor(BEN, &ben, &carol)];
        former.account = account(ben.certificate());
        assert_eq!(check(&anna, &redirected, Some(&[former.clone()])), Err(changed.clone()));
        // Carol's account has absorbed Ben's, and his key says so.
        former.account = account(carol.certificate());
        let readers = check(&anna, &redirected, Some(&[former])).unwrap();
        assert_ne!(acquaintances(&readers), [Acquaintance::FirstContact]);
    }

    // Whom she has asked she takes for it from then on.
    let ReadersError::KeysChanged(keys) = &changed else {
        unreachable!()
    };
    anna.accept(&keys[0]);
    let readers = check(&anna, &[bare(new, &carol)], None).unwrap();
    assert_eq!(acquaintances(&readers), [Acquaintance::Known]);
}

#[test]
fn a_letter_is_sealed_for_readers_that_its_own_vault_checked() {
    let (anna, ben, eve) = (person("anna", 1), person("ben", 2), person("eve", 9));
    let eves = readers(&eve, &[ben.certificate()]);
    let refused = anna.seal(&letter(), message(1), "Anna", &eves, NOW, &mut rng(3));
    assert_eq!(refused.unwrap_err(), Error::WrongCertificate);
}

#[test]
fn who_reads_stands_in_no_debug() {
    let (anna, ben) = (person("anna", 1), person("ben", 2));
    let readers = readers(&anna, &[ben.certificate()]);
    let error = check(&anna, &[], &[served(BEN, &ben)]).unwrap_err();
    let shown = format!("{readers:?} {:?} {error:?}", readers.iter().next());
    assert!(!shown.contains("ben@"), "{shown}");
}

/// The people of the properties: an index is a key, and an account too. The first is the writer.
const PEOPLE: [&str; 4] = ["anna", "ben", "carol", "dora"];
/// The addresses, and whose each is in truth.
const ADDRESSES: [(&str, usize); 6] = [
    ("anna@example.test", 0),
    (BEN, 1),
    (CAROL, 2),
    ("dora@example.test", 3),
    ("anna.winter@example.test", 0),
    ("ben.new@example.test", 1),
];

/// Which address a served certificate names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Right,
    None,
    Other(usize),
}

/// One answer, in indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Answer {
    address: usize,
    account: usize,
    key: usize,
    named: Named,
    registered: bool,
    /// A predecessor that names this key.
    before: Option<usize>,
}

#[derive(Clone, Debug)]
struct Case {
    to: Vec<(usize, Option<usize>)>,
    answer: Vec<Answer>,
    former: Option<Vec<Answer>>,
    /// The key remembered under each address.
    memory: BTreeMap<usize, usize>,
}

fn honest(at: usize) -> Answer {
    Answer {
        address: at,
        account: ADDRESSES[at].1,
        key: ADDRESSES[at].1,
        named: Named::Right,
        registered: true,
        before: None,
    }
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let (address, person) = (0..ADDRESSES.len(), 0..PEOPLE.len());
    let named = prop_oneof![
        Just(Named::Right),
        Just(Named::None),
        address.clone().prop_map(Named::Other)
    ];
    (
        (address, person.clone(), person.clone()),
        named,
        any::<bool>(),
        prop::option::of(person),
    )
        .prop_map(|((address, account, key), named, registered, before)| Answer {
            address,
            account,
            key,
            named,
            registered,
            before,
        })
}

/// An honest answer with up to three lies in it.
fn any_case() -> impl Strategy<Value = Case> {
    let to = prop::collection::vec(
        (0..ADDRESSES.len(), prop::option::weighted(0.3, 0..ADDRESSES.len())),
        0..4,
    );
    let lies = prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8, any_answer()), 0..4);
    let memory = prop::collection::btree_map(0..ADDRESSES.len(), prop::option::weighted(0.2, 0..PEOPLE.len()), 0..5);
    let former = prop::option::of(prop::collection::vec(any_answer(), 0..=1));
    (to, lies, memory, former).prop_map(|(to, lies, memory, former)| {
        let asked: BTreeSet<usize> = to.iter().map(|(at, _)| *at).collect();
        let mut answer: Vec<Answer> = asked.into_iter().map(honest).collect();
        for (at, kind, lie) in lies {
            if answer.is_empty() || kind == 7 {
                answer.push(lie);
                continue;
            }
            let at = at.index(answer.len());
            match kind {
                0 => answer[at].account = lie.account,
                1 => answer[at].key = lie.key,
                2 => (answer[at].key, answer[at].account) = (lie.key, lie.key),
                3 => answer[at].named = lie.named,
                4 => answer[at].before = lie.before,
                5 => answer[at].address = lie.address,
                _ => drop(answer.remove(at)),
            }
        }
        Case {
            to,
            answer,
            former,
            memory: memory
                .into_iter()
                .map(|(at, other)| (at, other.unwrap_or(ADDRESSES[at].1)))
                .collect(),
        }
    })
}

/// Which key something to an address goes to without a question.
fn known(case: &Case, at: usize) -> Option<usize> {
    case.memory.get(&at).copied()
}

/// Whether a message may be sealed to that answer: the rule said once more, in other words.
fn is_acceptable(case: &Case) -> bool {
    let asked: BTreeSet<usize> = case.to.iter().map(|(at, _)| *at).collect();
    let mut answered: Vec<usize> = case.answer.iter().map(|one| one.address).collect();
    answered.sort_unstable();
    let exactly = answered == asked.into_iter().collect::<Vec<_>>();
    let pairs: BTreeSet<(usize, usize)> = case.answer.iter().map(|one| (one.account, one.key)).collect();
    let one_to_one = pairs.iter().map(|(account, _)| account).collect::<BTreeSet<_>>().len() == pairs.len()
        && pairs.iter().map(|(_, key)| key).collect::<BTreeSet<_>>().len() == pairs.len();
    let each = case.answer.iter().all(|one| {
        let own = ADDRESSES[one.address].1 == 0;
        let its_own = match one.named {
            Named::Other(other) => other == one.address,
            Named::Right | Named::None => true,
        };
        let as_remembered = known(case, one.address).is_none_or(|key| key == one.key || one.before == Some(key));
        its_own && (one.account == 0) == own && (one.key == 0) == own && as_remembered
    });
    let moved = case.to.iter().all(|(at, formerly)| {
        let Some(formerly) = formerly.filter(|formerly| formerly != at) else {
            return true;
        };
        // One's own address has one's own key, whatever was remembered.
        let before = if ADDRESSES[formerly].1 == 0 {
            Some(0)
        } else {
            known(case, formerly)
        };
        let Some(before) = before else { return true };
        case.answer.iter().filter(|one| one.address == *at).all(|one| {
            one.key == before
                || case.former.iter().flatten().any(|former| {
                    former.address == formerly
                        && former.account == one.account
                        && former.before == Some(before)
                        && former.key == one.key
                })
        })
    });
    exactly && one_to_one && each && moved
}

struct World {
    /// Each key certified for every address, and the writer's for her own.
    keys: Vec<Vault>,
    writer: Vec<u8>,
    lock: vault::VaultKey,
}

thread_local! {
    static WORLD: World = {
        let all: Vec<Address> = ADDRESSES.iter().map(|(text, _)| address(text)).collect();
        let seeds = 1_u64..;
        let keys = PEOPLE.iter().zip(seeds).map(|(name, seed)| {
            let mut vault = person(name, seed);
            vault.certify(&all, NOW, &mut rng(40)).unwrap();
            vault
        });
        let mut writer = person("anna", 1);
        writer.certify(&[all[0].clone(), all[4].clone()], NOW, &mut rng(41)).unwrap();
        let lock = vault::VaultKey::generate(&mut rng(42));
        World { keys: keys.collect(), writer: writer.lock(&lock, &mut rng(43)).unwrap(), lock }
    };
}

impl World {
    fn serve(&self, one: &Answer) -> Recipient {
        let certificate = self.keys[one.key].certificate();
        let certificate = match one.named {
            Named::Right => certificate.reduced_to(ADDRESSES[one.address].0).unwrap(),
            Named::None => certificate.without_user_ids(),
            Named::Other(other) => certificate.reduced_to(ADDRESSES[other].0).unwrap(),
        };
        let whose = ADDRESSES[one.address].0;
        Recipient {
            account: account(self.keys[one.account].certificate()),
            standing: if one.registered {
                RecipientKind::Registered
            } else {
                RecipientKind::Invited
            },
            predecessors: one
                .before
                .map(|before| predecessor(whose, &self.keys[before], &self.keys[one.key]))
                .into_iter()
                .collect(),
            ..recipient(&address(whose), &certificate)
        }
    }

    fn writer(&self, case: &Case) -> Vault {
        let mut writer = Vault::unlock(&self.writer, owner(), &self.lock).unwrap();
        for (at, key) in &case.memory {
            writer.remember(&address(ADDRESSES[*at].0), self.keys[*key].certificate().fingerprint());
        }
        writer
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// What passes is what may pass, and it is sealed to exactly the keys that were answered for what was asked.
    #[test]
    fn nothing_is_sealed_to_a_lie(case in any_case()) {
        WORLD.with(|world| {
            let mut writer = world.writer(&case);
            let to: Vec<Addressee> = case.to.iter().map(|(at, formerly)| Addressee {
                address: address(ADDRESSES[*at].0),
                formerly: formerly.map(|formerly| address(ADDRESSES[formerly].0)),
            }).collect();
            let answer: Vec<Recipient> = case.answer.iter().map(|one| world.serve(one)).collect();
            let former: Option<Vec<Recipient>> =
                case.former.as_ref().map(|former| former.iter().map(|one| world.serve(one)).collect());
            let own = account(writer.certificate());
            let checked = writer.check_readers(own, &to, &answer, former.as_deref());
            if let Err(ReadersError::FormerNeeded(_)) = checked {
                prop_assert!(former.is_none());
                // What it was asked for makes no difference where nothing comes of it.
                prop_assert!(!is_acceptable(&case));
                return Ok(());
            }
            prop_assert_eq!(checked.is_ok(), is_acceptable(&case), "{:?}", checked);
            let Ok(readers) = checked else { return Ok(()) };
            prop_assert_eq!(readers.iter().len(), case.answer.len());

            let key = vault::SessionKey::generate(&mut rng(7));
            let packets = readers.key_packets(&key, NOW, &mut rng(8)).unwrap();
            let sealed_to: BTreeSet<_> = packets.iter().map(|packet| (packet.account, packet.fingerprint.0)).collect();
            prop_assert_eq!(sealed_to.len(), packets.len());
            let meant: BTreeSet<_> = case.answer.iter().map(|one| one.key).chain([0]).map(|key| {
                let certificate = world.keys[key].certificate();
                (account(certificate), certificate.fingerprint().0)
            }).collect();
            // An account is called by its own key in all that passes but by a lie at first contact.
            let keys = |set: &BTreeSet<(wire::ids::AccountId, [u8; 32])>| set.iter().map(|(_, key)| *key).collect::<BTreeSet<_>>();
            prop_assert_eq!(keys(&sealed_to), keys(&meant));

            // Whoever was announced as new is what is called new, and nobody is once it was remembered.
            let announced: BTreeSet<_> =
                writer.first_contacts(&to).into_iter().map(|one| one.canonical().to_owned()).collect();
            let named: BTreeSet<_> =
                readers.first_contacts().map(|one| one.address.canonical().to_owned()).collect();
            prop_assert_eq!(announced, named);
            writer.remember_readers(&readers);
            if to.iter().all(|addressee| addressee.formerly.is_none()) {
                let again = writer.check_readers(own, &to, &answer, former.as_deref()).unwrap();
                prop_assert!(again.first_contacts().all(|one| one.standing == RecipientKind::Invited));
            }
            Ok(())
        })?;
    }

    /// An honest portal is never in the way.
    #[test]
    fn an_honest_answer_always_passes(to in prop::collection::vec(0..ADDRESSES.len(), 0..8), remembered: bool) {
        WORLD.with(|world| {
            let asked: BTreeSet<usize> = to.iter().copied().collect();
            let memory = if remembered { asked.iter().map(|at| (*at, ADDRESSES[*at].1)).collect() } else { BTreeMap::new() };
            let case = Case { to: to.iter().map(|at| (*at, None)).collect(), answer: vec![], former: None, memory };
            let writer = world.writer(&case);
            let to: Vec<Addressee> = to.iter().map(|at| address(ADDRESSES[*at].0).into()).collect();
            let answer: Vec<Recipient> = asked.iter().map(|at| world.serve(&honest(*at))).collect();
            let readers = writer.check_readers(account(writer.certificate()), &to, &answer, None).unwrap();
            prop_assert_eq!(readers.iter().len(), asked.len());
            prop_assert!(!remembered || readers.first_contacts().count() == 0);
            Ok(())
        })?;
    }
}

//! The same with real vaults: a few sequences in which every message is opened by whoever holds it, with the keys that they
//! were handed.

use std::collections::BTreeMap;

use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::json;

use crate::{
    people::{PASSWORD, Person, Writes},
    test_portal::TestPortal,
};

const NAMES: [&str; 3] = ["anna", "ben", "carl"];
/// The Masters of the beginning, and two addresses that nobody has.
const ADDRESSES: [&str; 5] = [
    "anna@example.test",
    "ben@example.test",
    "carl@example.test",
    "eve@example.test",
    "fay@example.test",
];

/// Whose, as numbers of those who are left.
#[derive(Clone, Debug)]
enum Deed {
    Write {
        from: usize,
        to: usize,
    },
    /// Adds an address: as nobody's, or with the mail that waits for it, or moving it, or absorbing whose Master it is.
    Acquire {
        by: usize,
        address: usize,
    },
    Promote {
        by: usize,
        address: usize,
    },
    Remove {
        by: usize,
        address: usize,
    },
    TakeIn {
        by: usize,
    },
}

fn deed() -> impl Strategy<Value = Deed> {
    let (who, address) = (0..3usize, 0..5usize);
    prop_oneof![
        4 => (who.clone(), address.clone()).prop_map(|(from, to)| Deed::Write { from, to }),
        4 => (who.clone(), address.clone()).prop_map(|(by, address)| Deed::Acquire { by, address }),
        1 => (who.clone(), address.clone()).prop_map(|(by, address)| Deed::Promote { by, address }),
        1 => (who.clone(), address).prop_map(|(by, address)| Deed::Remove { by, address }),
        1 => who.prop_map(|by| Deed::TakeIn { by }),
    ]
}

struct Known<'a> {
    person: Person<'a>,
    /// The Master first.
    addresses: Vec<&'static str>,
    /// The subjects of all messages.
    subjects: Vec<String>,
}

async fn play(test: &TestPortal, deeds: &[Deed]) {
    let mut people = Vec::new();
    for (name, address) in NAMES.iter().zip(ADDRESSES) {
        let person = test.professional(name).await;
        people.push(Known {
            person,
            addresses: vec![address],
            subjects: Vec::new(),
        });
    }
    let mut waiting: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (n, deed) in deeds.iter().enumerate() {
        // What is bound by the hour begins anew, and no session lasts for ever.
        test.clock.pass(3_700_000);
        for known in &mut people {
            // All have the same password: the address decides whose session it is.
            known.person.address = known.addresses[0].parse().unwrap();
            known.person.sign_in_again().await;
        }
        let left = people.len();
        let owner = |people: &[Known<'_>], address| people.iter().position(|known| known.addresses.contains(&address));
        match *deed {
            Deed::Write { from, to } => {
                let (from, to, subject) = (from % left, ADDRESSES[to], format!("message {n}"));
                people[from].person.certify().await;
                let writes = Writes {
                    subject: subject.clone(),
                    ..Writes::to(&[to])
                };
                people[from].person.send(&writes).await;
                people[from].subjects.push(subject.clone());
                match owner(&people, to) {
                    Some(owner) => people[owner].subjects.push(subject),
                    None => waiting.entry(to).or_default().push(subject),
                }
            }
            Deed::Acquire { by, address } => {
                let (by, address) = (by % left, ADDRESSES[address]);
                match owner(&people, address) {
                    Some(owner) if owner == by => {}
                    None => {
                        people[by].person.add(address).await;
                        people[by].addresses.push(address);
                        let came = waiting.remove(address).unwrap_or_default();
                        people[by].subjects.extend(came);
                    }
                    Some(owner) if people[owner].addresses[0] == address => {
                        people[by].person.absorb(address, PASSWORD).await;
                        let absorbed = people.remove(owner);
                        let by = &mut people[by - usize::from(owner < by)];
                        by.addresses.extend(absorbed.addresses);
                        by.subjects.extend(absorbed.subjects);
                    }
                    Some(owner) => {
                        let (_, token) = people[by].person.claimed(address).await;
                        let mut other = test.prove(&token, address, PASSWORD).await.unwrap();
                        test.confirm(&token, other.move_over(address), Some(&people[by].person))
                            .await
                            .ok();
                        people[owner].addresses.retain(|own| *own != address);
                        people[by].addresses.push(address);
                    }
                }
            }
            Deed::Promote { by, address } => {
                let known = &mut people[by % left];
                let address = address % known.addresses.len();
                known.person.promote(known.addresses[address], true).await.ok();
                known.addresses.swap(0, address);
            }
            Deed::Remove { by, address } => {
                let known = &mut people[by % left];
                if let Some(&alias) = known.addresses[1..].get(address) {
                    known
                        .person
                        .post("/aliases/remove", json!({ "address": alias }))
                        .await
                        .ok();
                    known.addresses.retain(|own| *own != alias);
                }
            }
            Deed::TakeIn { by } => people[by % left].person.take_parcels_in().await,
        }
    }
    for known in &mut people {
        known.person.take_parcels_in().await;
        known.subjects.sort();
        assert_eq!(known.person.readable().await, known.subjects);
        let addresses = known.person.addresses().await;
        assert_eq!(addresses[0], known.addresses[0]);
        assert_eq!(addresses.len(), known.addresses.len());
    }
}

pub async fn every_message_is_opened(open: impl AsyncFn() -> TestPortal) {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[1; 32]));
    for _ in 0..4 {
        let deeds = vec(deed(), 16).new_tree(&mut runner).unwrap().current();
        println!("{deeds:?}");
        play(&open().await, &deeds).await;
    }
}

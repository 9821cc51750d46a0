//! Answers and forwards, as people expect them to begin.

use vault::Addressee;
use wire::Address;

use crate::{NewFile, Outgoing, Received, Session};

/// An answer to a letter: to its sender, or with `all` to everybody that it names, each under their Master now, as the
/// portal says; whoever has another address in the letter is [held](Addressee::formerly) to the key that they had there.
/// The text is quoted.
///
/// An answer to a letter of one's own goes to those it went to.
pub fn reply(session: &Session, received: &Received, all: bool) -> Outgoing {
    let account = session.account();
    let aliases = account.addresses.iter().filter(|own| !own.master);
    let own: Vec<Address> = [session.address()]
        .into_iter()
        .chain(aliases.map(|own| own.address.clone()))
        .collect();
    answer(&own, received, all)
}

/// The letter as it is, with its files, for somebody else. The files are not uploaded again.
pub fn forward(received: &Received) -> Outgoing {
    let letter = &received.letter;
    let text = format!("\n\n-- {} wrote: --\n\n{}", named(received), letter.text);
    let mut outgoing = Outgoing::new(prefixed("Fwd: ", &letter.subject)).text(text);
    outgoing.files = letter.files.iter().cloned().map(NewFile::stored).collect();
    outgoing
}

/// Of one's `own` addresses the first is the Master.
fn answer(own: &[Address], received: &Received, all: bool) -> Outgoing {
    let letter = &received.letter;
    let quoted: String = letter.text.lines().map(|line| format!("> {line}\n")).collect();
    let text = format!("\n\n{} wrote:\n{quoted}", named(received));
    let mut outgoing = Outgoing::new(prefixed("Re: ", &letter.subject)).text(text);
    outgoing.in_reply_to = Some(received.delivery.id);
    // An address says who somebody was when the letter was written. It may have gone to somebody else since.
    let now = |address: &Address| -> Addressee {
        let mut participants = received.slip.participants.iter();
        let participant = participants.find(|one| one.address == *address);
        reached(address, participant.and_then(|one| one.now.as_ref()))
    };
    let sender = reached(&letter.from.address, received.delivery.sender_now.as_ref());
    let ours = own.contains(&sender.address);
    if !ours {
        outgoing.to.push(sender);
    }
    let others = |people: &[vault::Correspondent], before: &[Addressee]| {
        let mut found: Vec<Addressee> = Vec::new();
        for addressee in people.iter().map(|one| now(&one.address)) {
            let is_named = |list: &[Addressee]| list.iter().any(|one| one.address == addressee.address);
            if !own.contains(&addressee.address) && !is_named(before) && !is_named(&found) {
                found.push(addressee);
            }
        }
        found
    };
    if ours || all {
        let to = others(&letter.to, &outgoing.to);
        outgoing.to.extend(to);
    }
    if all {
        outgoing.cc = others(&letter.cc, &outgoing.to);
    }
    // A note to oneself is answered to oneself.
    if outgoing.to.is_empty() && outgoing.cc.is_empty() {
        outgoing.to.extend(own.first().cloned().map(Addressee::from));
    }
    outgoing
}

/// Somebody in a letter, where they are now.
fn reached(then: &Address, now: Option<&Address>) -> Addressee {
    match now.filter(|now| *now != then) {
        None => then.clone().into(),
        Some(now) => Addressee {
            address: now.clone(),
            formerly: Some(then.clone()),
        },
    }
}

/// Who wrote it, by the registered name.
fn named(received: &Received) -> String {
    let sender = &received.delivery.sender;
    match &sender.name {
        Some(name) => format!("{name} <{}>", sender.address),
        None => sender.address.to_string(),
    }
}

/// One prefix, however often it goes back and forth.
fn prefixed(prefix: &str, subject: &str) -> String {
    let has = subject
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if has {
        subject.to_owned()
    } else {
        format!("{prefix}{subject}")
    }
}

#[cfg(test)]
mod tests {
    use vault::{Correspondent, Fingerprint, Letter, Sight};
    use wire::{
        mailbox::{Delivery, Folder, Participant, Role, Slip},
        people::RecipientKind,
        sessions::Person,
    };

    use super::*;

    fn address(name: &str) -> Address {
        format!("{name}@example.test").parse().unwrap()
    }

    fn people(names: &[&str]) -> Vec<Correspondent> {
        names
            .iter()
            .map(|name| Correspondent {
                name: None,
                address: address(name),
            })
            .collect()
    }

    fn received(from: &str, to: &[&str], cc: &[&str]) -> Received {
        let id = "0199ad0e-1f7a-7000-8000-000000000001";
        Received {
            delivery: Delivery {
                id: id.parse().unwrap(),
                message: id.parse().unwrap(),
                folder: Folder::Inbox,
                sent_at: 0,
                read_at: None,
                sender: Person {
                    name: Some("Anna".into()),
                    address: address(from),
                },
                sender_now: None,
                sender_fingerprint: String::new(),
                certificate_key: String::new(),
                to: to.iter().map(|name| address(name)).collect(),
                key_packet: Vec::new().into(),
                cover: Vec::new().into(),
                files: 0,
                size: 0,
            },
            slip: Slip {
                participants: vec![],
                in_reply_to: None,
            },
            letter: Letter {
                from: Correspondent {
                    name: Some("Anna".into()),
                    address: address(from),
                },
                to: people(to),
                cc: people(cc),
                subject: "Delivery".into(),
                text: "Ten of them.\n\nAnna".into(),
                html: None,
                files: vec![],
            },
            date: 0,
            signed_at: 0,
            fingerprint: Fingerprint([0; 32]),
            sight: Sight::Same,
        }
    }

    fn goes_to(own: &[&str], received: &Received, all: bool) -> (Vec<Address>, Vec<Address>) {
        let answer = answer(&addresses(own), received, all);
        let addresses = |list: Vec<Addressee>| list.into_iter().map(|one| one.address).collect();
        (addresses(answer.to), addresses(answer.cc))
    }

    fn addresses(names: &[&str]) -> Vec<Address> {
        names.iter().map(|name| address(name)).collect()
    }

    fn participant(then: &str, now: Option<&str>) -> Participant {
        Participant {
            role: Role::To,
            address: address(then),
            now: now.map(address),
            name: None,
            standing: RecipientKind::Registered,
            notification: None,
        }
    }

    #[test]
    fn an_answer_goes_to_the_sender_and_with_all_to_everybody_but_oneself() {
        let letter = received("anna", &["ben", "carl", "anna"], &["dora", "ben.alias", "carl"]);
        let ben = ["ben", "ben.alias"];
        assert_eq!(goes_to(&ben, &letter, false), (addresses(&["anna"]), vec![]));
        assert_eq!(
            goes_to(&ben, &letter, true),
            (addresses(&["anna", "carl"]), addresses(&["dora"]))
        );
    }

    #[test]
    fn an_answer_to_oneself_goes_on_to_the_others() {
        let letter = received("anna", &["ben"], &["carl"]);
        assert_eq!(goes_to(&["anna"], &letter, false), (addresses(&["ben"]), vec![]));
        assert_eq!(
            goes_to(&["anna"], &letter, true),
            (addresses(&["ben"]), addresses(&["carl"]))
        );
        assert_eq!(
            goes_to(&["anna"], &received("anna", &["anna"], &[]), true),
            (addresses(&["anna"]), vec![])
        );
    }

    #[test]
    fn an_answer_goes_to_where_people_are_now() {
        let mut letter = received("anna", &["ben", "carl", "carl.office"], &["dora", "ben.old"]);
        letter.delivery.sender_now = Some(address("anna.winter"));
        letter.slip.participants = vec![
            participant("ben", Some("ben.new")),
            participant("carl", Some("carl.new")),
            participant("carl.office", Some("carl.new")),
            participant("dora", None),
            participant("ben.old", Some("ben.new")),
        ];
        let ben = ["ben.new", "ben"];
        assert_eq!(goes_to(&ben, &letter, false), (addresses(&["anna.winter"]), vec![]));
        let everybody = (addresses(&["anna.winter", "carl.new"]), addresses(&["dora"]));
        assert_eq!(goes_to(&ben, &letter, true), everybody);
        // To those who have moved it is a letter of their own, under whichever address they wrote it, and still if they
        // gave that address away.
        let known_as = answer(&addresses(&ben), &letter, true);
        let known_as = known_as
            .addressees()
            .map(|one| one.formerly.clone())
            .collect::<Vec<_>>();
        assert_eq!(known_as, [Some(address("anna")), Some(address("carl")), None]);
        let anna = goes_to(&["anna.winter"], &letter, false);
        assert_eq!(anna, (addresses(&["ben.new", "carl.new"]), vec![]));
    }

    #[test]
    fn an_address_that_was_given_away_leads_to_nobody_else() {
        let mut letter = received("anna", &["anna"], &[]);
        letter.delivery.sender_now = Some(address("anna.winter"));
        letter.slip.participants = vec![participant("anna", Some("anna.winter"))];
        assert_eq!(
            goes_to(&["anna.winter"], &letter, true),
            (addresses(&["anna.winter"]), vec![])
        );
    }

    #[test]
    fn subjects_gain_one_prefix_and_texts_are_quoted() {
        let answer = answer(&[], &received("anna", &["ben"], &[]), false);
        assert_eq!(answer.subject, "Re: Delivery");
        assert_eq!(
            answer.text,
            "\n\nAnna <anna@example.test> wrote:\n> Ten of them.\n> \n> Anna\n"
        );
        assert_eq!(prefixed("Re: ", "RE: Größe"), "RE: Größe");
        assert_eq!(prefixed("Re: ", "Üre"), "Re: Üre");
        assert_eq!(prefixed("Fwd: ", "Re: x"), "Fwd: Re: x");
    }
}

//! What people are shown, against what the model says: their folders, their addresses, and what others learn of an address.

use std::collections::BTreeSet;

use axum::http::Method;
use certificate::Certificate;
use serde_json::{Value, json};
use wire::{
    Bytes,
    claims::{Aliases, Predecessor},
    mailbox::Page,
    people::{Recipient, RecipientKind},
    sessions,
};

use super::{
    keys,
    names::{Addr, Key, Session, Who, message_id},
    play::Play,
    reference::{By, Op},
    world::{Folder, State},
};

macro_rules! see {
    ($seen:expr, $wanted:expr, $($what:tt)+) => {
        let (seen, wanted) = ($seen, $wanted);
        if seen != wanted {
            return Err(format!("{}: shown is {seen:?} and not {wanted:?}", format_args!($($what)+)));
        }
    };
}

/// An address in this test that nobody ever has.
const NOBODY: &str = "zoe@example.test";

impl Play<'_> {
    /// After an account took something over or gave something up.
    pub async fn see_after(&mut self, op: &Op) -> Result<(), String> {
        let who = match op {
            Op::Confirm {
                link,
                by: By::Absorb { .. } | By::Move { .. } | By::Click(_),
            } => link.0.of,
            Op::Promote { to, .. } => match self.model.owner(*to) {
                Some(who) => who,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        let session = self
            .model
            .world
            .sessions
            .iter()
            .find(|(_, known)| known.of == who && known.by.is_none() && known.expires_at > self.model.now);
        match session {
            Some((session, _)) if self.model.account(who).state == State::Active => {
                let session = *session;
                self.see(who, session).await
            }
            _ => Ok(()),
        }
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, session: Session, path: &str) -> T {
        let bearer = &self.names.bearers[&session];
        self.stage
            .call(Method::GET, path, Some(bearer), Value::Null)
            .await
            .ok()
            .json()
    }

    /// What an account sees of itself.
    async fn see(&self, who: Who, session: Session) -> Result<(), String> {
        for (folder, name) in [(Folder::Inbox, "inbox"), (Folder::Sent, "sent")] {
            let page: Page = self.ask(session, &format!("/deliveries?limit=100&folder={name}")).await;
            assert!(page.next.is_none(), "more than a page");
            let seen: BTreeSet<_> = page
                .deliveries
                .iter()
                .map(|one| {
                    let key = self.names.keys[keys::noted_in(one.key_packet.as_ref())];
                    let sender = Addr::of(one.sender.address.as_typed());
                    (
                        one.message,
                        key,
                        sender,
                        one.sender_now.as_ref().map(|now| Addr::of(now.as_typed())),
                    )
                })
                .collect();
            let held = self
                .model
                .world
                .deliveries
                .iter()
                .filter(|one| one.holder == who && one.folder == folder);
            let wanted = held.map(|one| {
                let (from, now) = self.model.sender(one.message);
                (message_id(one.message), one.key, from, now)
            });
            see!(seen, wanted.collect(), "3: the {name} of {who:?}");
        }
        let own: BTreeSet<_> = self.model.addresses(who).into_iter().collect();
        let master = self.model.master(who);
        let addresses = |own: &[sessions::OwnAddress]| -> (BTreeSet<_>, Vec<_>) {
            let addr = |own: &sessions::OwnAddress| Addr::of(own.address.as_typed());
            (
                own.iter().map(addr).collect(),
                own.iter().filter(|own| own.master).map(addr).collect(),
            )
        };
        let wanted = (own, Vec::from_iter(master));
        let shown: sessions::Session = self.ask(session, "/session").await;
        see!(
            &addresses(&shown.account.addresses),
            &wanted,
            "2: the addresses of {who:?}"
        );
        if self.model.account(who).professional {
            let shown: Aliases = self.ask(session, "/aliases").await;
            see!(&addresses(&shown.addresses), &wanted, "2: the aliases of {who:?}");
            let seen: BTreeSet<_> = shown
                .claims
                .iter()
                .map(|claim| {
                    (
                        Addr::of(claim.address.as_typed()),
                        claim.number.clone(),
                        claim.by_administrator,
                    )
                })
                .collect();
            let pending = self
                .model
                .world
                .claims
                .iter()
                .filter(|(name, claim)| name.of == who && claim.ended.is_none());
            let wanted = pending
                .map(|(name, claim)| (name.on, Some(self.names.numbers[name].clone()), claim.by_administrator))
                .collect();
            see!(seen, wanted, "the claims of {who:?}");
        }
        Ok(())
    }

    /// What whoever writes to an address is given: the key of the account behind it, with this one address or none.
    pub fn see_recipient(&self, recipient: &Recipient) -> Result<(), String> {
        let address = Addr::of(recipient.address.as_typed());
        let who = self.model.behind(address).unwrap();
        let account = self.model.account(who);
        see!(
            self.names.accounts[&recipient.account],
            who,
            "1: the account behind {address:?}"
        );
        see!(
            self.certificate(&recipient.certificate, address)?,
            account.key,
            "the key of {address:?}"
        );
        let registered = account.state != State::Invited;
        see!(
            recipient.standing == RecipientKind::Registered,
            registered,
            "the standing of {address:?}"
        );
        let before = |one: &Predecessor| self.certificate(&one.certificate, address);
        let before = recipient
            .predecessors
            .iter()
            .map(before)
            .collect::<Result<BTreeSet<_>, _>>()?;
        see!(
            before,
            self.model.predecessors(account.key, address),
            "12: the keys that {address:?} had before"
        );
        Ok(())
    }

    /// The key of a certificate that is given for an address.
    fn certificate(&self, certificate: &Bytes, address: Addr) -> Result<Key, String> {
        let certificate = Certificate::parse(certificate.as_ref()).unwrap();
        let key = self.names.keys[&certificate.fingerprint().to_string()];
        let named = self.model.world.named.contains(&(key, address));
        let wanted: Vec<_> = named.then_some(address.typed()).into_iter().collect();
        see!(
            certificate.user_ids().collect::<Vec<_>>(),
            wanted,
            "12: the addresses on {key:?} for {address:?}"
        );
        Ok(key)
    }

    /// In the end: what everybody sees, and what nobody may.
    pub async fn see_everything(&mut self) -> Result<(), String> {
        self.stage.test.clock.pass(1);
        self.model.pass(1);
        let accounts: Vec<_> = self.model.world.accounts.keys().copied().collect();
        for who in accounts {
            if self.model.account(who).state == State::Active {
                let session = self.numbers.next();
                self.one(Op::SignIn { who, session }).await?;
                self.see(who, session).await?;
            }
        }
        for (session, who) in self.model.ended_sessions() {
            let bearer = &self.names.bearers[&session];
            let reply = self
                .stage
                .call(Method::GET, "/session", Some(bearer), Value::Null)
                .await;
            see!(reply.problem(), "signed-out", "6: an ended session of {who:?}");
        }
        self.see_what_is_released().await
    }

    /// An address that nobody has any more is as one that nobody ever had.
    async fn see_what_is_released(&mut self) -> Result<(), String> {
        let free = |address: &&Addr| self.model.standing(**address) == (None, None);
        let had = |address: &&Addr| self.model.world.named.iter().any(|(_, named)| named == *address);
        let Some(address) = Addr::ALL.iter().find(|address| free(address) && had(address)).copied() else {
            return Ok(());
        };
        let mut sessions = self.model.world.sessions.iter();
        let now = self.model.now;
        let professional = sessions.find(|(_, known)| {
            let account = self.model.account(known.of);
            known.expires_at > now && account.state == State::Active && account.professional
        });
        let Some((&by, _)) = professional else { return Ok(()) };
        let bearer = &self.names.bearers[&by];
        let mut answers = Vec::new();
        for typed in [address.typed(), NOBODY] {
            let body = json!({ "address": typed });
            let found = self
                .stage
                .call(Method::POST, "/certificates/find", Some(bearer), body)
                .await;
            let sign_in = self.stage.begin_real_sign_in(typed).await;
            answers.push((found.status, found.body, sign_in.status, sign_in.body.len()));
        }
        see!(&answers[0], &answers[1], "12: what {address:?} comes to");
        // Nor does a message to it bring anything back.
        self.one(Op::Prepare { by, to: address }).await?;
        let invited = self.model.behind(address).unwrap();
        let holds = self.model.world.deliveries.iter().any(|one| one.holder == invited);
        see!(holds, false, "12: mail for {address:?}");
        Ok(())
    }
}

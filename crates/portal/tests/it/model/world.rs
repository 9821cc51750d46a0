//! What stands in the portal, as plain maps: what the reference model says it is, and what the database says.

use std::collections::{BTreeMap, BTreeSet};

use portal::storage::Engine;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};
use uuid::Uuid;
use wire::{
    Millis, Sha256,
    ids::{AccountId, ClaimId, ParcelId},
};

use super::{
    keys::{Keeper, Sealed},
    names::{Addr, ClaimName, Contents, Key, Message, Names, Proof, Session, Who},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    pub accounts: BTreeMap<Who, Account>,
    /// Whose, and whether it is the Master.
    pub addresses: BTreeMap<Addr, (Who, bool)>,
    pub invitations: BTreeMap<Addr, Who>,
    /// How many an account holds.
    pub mailboxes: BTreeMap<Who, u32>,
    pub deliveries: BTreeSet<Delivery>,
    /// By message and position.
    pub participants: BTreeMap<(Message, u32), (Addr, Who)>,
    /// Who has dealt with whom, and under which address.
    pub dealt: BTreeMap<(Who, Who), Addr>,
    /// Which addresses a key's certificate has ever named.
    pub named: BTreeSet<(Key, Addr)>,
    /// Which key followed which at an address.
    pub successions: BTreeMap<(Key, Addr), Key>,
    pub claims: BTreeMap<ClaimName, Claim>,
    /// When a claim's mail was put in, when it is to go out, and when it went.
    pub claim_mails: Vec<ClaimMail>,
    pub sessions: BTreeMap<Session, SignedIn>,
    /// Sign-ins that have begun.
    pub sign_ins: BTreeMap<u32, Who>,
    /// Version and keys.
    pub vaults: BTreeMap<Who, (i64, BTreeSet<Key>)>,
    pub parcels: BTreeMap<Contents, Parcel>,
    /// Keys in custody.
    pub waiting_keys: BTreeSet<Who>,
    /// Whose correspondents are to be told which Master.
    pub tellings: BTreeMap<Who, Addr>,
    /// What was recorded now: of whom, what, about which address, and whether an administrator did it.
    pub recorded: BTreeMap<(Who, String, Option<Addr>, bool), u32>,
    /// The mails put in now: about whom, which, and whereto.
    pub mailed: BTreeMap<(Who, String, Addr), u32>,
    /// How many were ever recorded and mailed.
    pub totals: (i64, i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Invited,
    Active,
    Disabled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub state: State,
    pub professional: bool,
    pub administrator: bool,
    pub password: bool,
    pub absorbed_into: Option<Who>,
    /// That mail to it is sealed to.
    pub key: Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    Inbox,
    Sent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivery {
    pub message: Message,
    pub folder: Folder,
    /// The account whose mailbox it lies in.
    pub holder: Who,
    /// That it is sealed to.
    pub key: Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Confirmed,
    Cancelled,
    Refused,
    Guessed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub created_at: Millis,
    pub by_administrator: bool,
    pub ended: Option<Ended>,
    pub wrong_numbers: u32,
    /// The newest link, by how many were before; none until its mail is made.
    pub newest: Option<u8>,
    pub expires_at: Millis,
    /// Whose password was proved, and until when that counts.
    pub proof: Option<(Proof, Who, Millis)>,
}

pub type ClaimMail = (ClaimName, Millis, Option<Millis>, Option<Millis>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub of: Who,
    pub password_at: Millis,
    pub expires_at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub of: Who,
    pub to: Key,
    pub keys: BTreeSet<Key>,
}

/// All of it in one question: a kind, then three of bytes, three of text and three of numbers.
const QUESTION: &str = "\
    SELECT 'account' AS t, id AS a, absorbed_into AS b, CAST(NULL AS BYTES) AS c, \
        state AS x, kind AS y, fingerprint AS z, administrator AS k, \
        CAST(CASE WHEN password IS NULL THEN 0 ELSE 1 END AS BIGINT) AS l, created_at AS m FROM accounts \
    UNION ALL SELECT 'address', account, NULL, NULL, canonical, NULL, NULL, master, NULL, NULL FROM addresses \
    UNION ALL SELECT 'invitation', account, NULL, NULL, canonical, NULL, NULL, NULL, NULL, NULL FROM invitations \
    UNION ALL SELECT 'mailbox', account, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM mailboxes \
    UNION ALL SELECT 'delivery', d.message, b.account, d.key_packet, d.folder, NULL, NULL, NULL, NULL, NULL \
        FROM deliveries d JOIN mailboxes b ON b.id = d.mailbox \
    UNION ALL SELECT 'participant', message, account, NULL, address, NULL, NULL, position, NULL, NULL FROM participants \
    UNION ALL SELECT 'dealt', account, other, NULL, known_as, NULL, NULL, NULL, NULL, NULL FROM correspondents \
    UNION ALL SELECT 'named', NULL, NULL, NULL, fingerprint, canonical, NULL, NULL, NULL, NULL FROM user_ids \
    UNION ALL SELECT 'succession', NULL, NULL, NULL, before_fingerprint, canonical, after_fingerprint, NULL, NULL, NULL \
        FROM successions \
    UNION ALL SELECT 'claim', id, account, token, canonical, ended, number, \
        wrong_numbers + 100 * by_administrator, expires_at, created_at FROM claims \
    UNION ALL SELECT 'proof', id, proof_account, proof, NULL, NULL, NULL, proof_until, NULL, NULL FROM claims \
        WHERE proof IS NOT NULL \
    UNION ALL SELECT 'claim mail', claim, NULL, NULL, NULL, NULL, NULL, created_at, next_at, sent_at FROM outbox \
        WHERE claim IS NOT NULL \
    UNION ALL SELECT 'session', hash, account, NULL, NULL, NULL, NULL, password_at, expires_at, NULL FROM sessions \
    UNION ALL SELECT 'sign-in', id, account, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM sign_ins \
    UNION ALL SELECT 'vault', account, NULL, sealed, NULL, NULL, NULL, version, NULL, NULL FROM vaults \
    UNION ALL SELECT 'parcel', id, account, sealed, NULL, NULL, NULL, NULL, NULL, NULL FROM parcels \
    UNION ALL SELECT 'absorbed', id, absorbed, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM parcels \
        WHERE absorbed IS NOT NULL \
    UNION ALL SELECT 'waiting key', account, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM waiting_keys \
    UNION ALL SELECT 'telling', account, NULL, NULL, address, NULL, NULL, NULL, NULL, NULL FROM tellings \
    UNION ALL SELECT 'recorded', account, NULL, NULL, kind, address, NULL, by_administrator, NULL, NULL FROM activity \
        WHERE at = $1 \
    UNION ALL SELECT 'mailed', account, NULL, NULL, kind, address, NULL, NULL, NULL, NULL FROM outbox \
        WHERE created_at = $1 \
    UNION ALL SELECT 'total', NULL, NULL, NULL, NULL, NULL, NULL, \
        (SELECT COUNT(*) FROM activity), (SELECT COUNT(*) FROM outbox), NULL";

/// The question in an engine's words.
pub fn question(engine: Engine) -> String {
    match engine {
        Engine::Sqlite => QUESTION.replace("BYTES", "BLOB"),
        Engine::Postgres => QUESTION.replace("BYTES", "BYTEA"),
    }
}

struct Row<'a>(&'a AnyRow);

impl Row<'_> {
    fn maybe_bytes(&self, column: usize) -> Option<Vec<u8>> {
        self.0.get(column)
    }

    fn bytes(&self, column: usize) -> Vec<u8> {
        self.maybe_bytes(column).unwrap()
    }

    fn id(&self, column: usize) -> Uuid {
        Uuid::from_slice(&self.bytes(column)).unwrap()
    }

    fn hash(&self, column: usize) -> Sha256 {
        Sha256(self.bytes(column).try_into().unwrap())
    }

    fn maybe_text(&self, column: usize) -> Option<String> {
        self.0.get(column)
    }

    fn text(&self, column: usize) -> String {
        self.maybe_text(column).unwrap()
    }

    fn addr(&self, column: usize) -> Addr {
        Addr::of(&self.text(column))
    }

    fn maybe_int(&self, column: usize) -> Option<i64> {
        self.0.get(column)
    }

    fn int(&self, column: usize) -> i64 {
        self.maybe_int(column).unwrap()
    }
}

/// Columns of [`QUESTION`].
const A: usize = 1;
const B: usize = 2;
const C: usize = 3;
const X: usize = 4;
const Y: usize = 5;
const Z: usize = 6;
const K: usize = 7;
const L: usize = 8;
const M: usize = 9;

impl World {
    /// Reads it from the database, and names what is new there. `now` is the time of the step that was just done.
    pub async fn read(db: &mut AnyConnection, question: &str, keeper: &Keeper, names: &mut Names, now: Millis) -> Self {
        let rows = sqlx::query(AssertSqlSafe(question))
            .bind(now)
            .fetch_all(db)
            .await
            .unwrap();
        let mut world = Self::default();
        name_what_is_new(&rows, keeper, names);
        for row in &rows {
            world.take(&Row(row), names);
        }
        world.claim_mails.sort();
        world
    }

    #[allow(clippy::too_many_lines, reason = "a table a few lines")]
    fn take(&mut self, row: &Row<'_>, names: &Names) {
        let who = |column| names.accounts[&AccountId(row.id(column))];
        let claim = || names.claims[&ClaimId(row.id(A))];
        let keys = |sealed: &Sealed| sealed.keys.iter().map(|key| names.keys[key]).collect();
        let kind: &str = row.0.get(0);
        let new = match kind {
            "account" => {
                let account = Account {
                    state: match row.text(X).as_str() {
                        "invited" => State::Invited,
                        "active" => State::Active,
                        _ => State::Disabled,
                    },
                    professional: row.text(Y) == "professional",
                    administrator: row.int(K) == 1,
                    password: row.int(L) == 1,
                    absorbed_into: row.maybe_bytes(B).map(|_| who(B)),
                    key: names.keys[&row.text(Z)],
                };
                self.accounts.insert(who(A), account).is_none()
            }
            "address" => self.addresses.insert(row.addr(X), (who(A), row.int(K) == 1)).is_none(),
            "invitation" => self.invitations.insert(row.addr(X), who(A)).is_none(),
            "mailbox" => {
                *self.mailboxes.entry(who(A)).or_default() += 1;
                true
            }
            "delivery" => self.deliveries.insert(Delivery {
                message: Message::try_from(row.id(A).as_u128()).unwrap(),
                folder: if row.text(X) == "inbox" {
                    Folder::Inbox
                } else {
                    Folder::Sent
                },
                holder: who(B),
                key: names.keys[&String::from_utf8(row.bytes(C)).unwrap()],
            }),
            "participant" => {
                let place = (
                    Message::try_from(row.id(A).as_u128()).unwrap(),
                    u32::try_from(row.int(K)).unwrap(),
                );
                self.participants.insert(place, (row.addr(X), who(B))).is_none()
            }
            "dealt" => self.dealt.insert((who(A), who(B)), row.addr(X)).is_none(),
            "named" => self.named.insert((names.keys[&row.text(X)], row.addr(Y))),
            "succession" => {
                let (before, after) = (names.keys[&row.text(X)], names.keys[&row.text(Z)]);
                self.successions.insert((before, row.addr(Y)), after).is_none()
            }
            "claim" => {
                let told = Claim {
                    created_at: row.int(M),
                    by_administrator: row.int(K) >= 100,
                    ended: row.maybe_text(Y).map(|ended| match ended.as_str() {
                        "confirmed" => Ended::Confirmed,
                        "cancelled" => Ended::Cancelled,
                        "refused" => Ended::Refused,
                        _ => Ended::Guessed,
                    }),
                    wrong_numbers: u32::try_from(row.int(K) % 100).unwrap(),
                    newest: row.maybe_bytes(C).map(|_| names.links[&row.hash(C)].1),
                    expires_at: row.int(L),
                    proof: None,
                };
                self.claims.insert(claim(), told).is_none()
            }
            // After all claims: so the question has them.
            "proof" => {
                let proof = (names.proofs[&row.hash(C)], who(B), row.int(K));
                self.claims.get_mut(&claim()).unwrap().proof.replace(proof).is_none()
            }
            "claim mail" => {
                self.claim_mails
                    .push((claim(), row.int(K), row.maybe_int(L), row.maybe_int(M)));
                true
            }
            "session" => {
                let signed_in = SignedIn {
                    of: who(B),
                    password_at: row.int(K),
                    expires_at: row.int(L),
                };
                self.sessions.insert(names.sessions[&row.hash(A)], signed_in).is_none()
            }
            "sign-in" => {
                let number = u32::try_from(row.id(A).as_u128()).unwrap();
                self.sign_ins.insert(number, who(B)).is_none()
            }
            "vault" => {
                let held = keys(&Sealed::parse(&row.bytes(C)));
                self.vaults.insert(who(A), (row.int(K), held)).is_none()
            }
            "parcel" => {
                let sealed = Sealed::parse(&row.bytes(C));
                let parcel = Parcel {
                    of: who(B),
                    to: names.keys[&sealed.to.clone().unwrap()],
                    keys: keys(&sealed),
                };
                let id = ParcelId(row.id(A));
                let (contents, _) = names.parcels.iter().find(|(_, parcel)| **parcel == id).unwrap();
                self.parcels.insert(*contents, parcel).is_none()
            }
            "absorbed" => true,
            "waiting key" => self.waiting_keys.insert(who(A)),
            "telling" => self.tellings.insert(who(A), row.addr(X)).is_none(),
            "recorded" => {
                let about = row.maybe_text(Y).map(|address| Addr::of(&address));
                *self
                    .recorded
                    .entry((who(A), row.text(X), about, row.int(K) == 1))
                    .or_default() += 1;
                true
            }
            "mailed" => {
                *self.mailed.entry((who(A), row.text(X), row.addr(Y))).or_default() += 1;
                true
            }
            "total" => {
                self.totals = (row.int(K), row.int(L));
                true
            }
            other => panic!("{other}"),
        };
        assert!(new, "two rows where one is: {kind}");
    }
}

/// Names accounts, claims and parcels that were not there before. One step makes at most one for an address.
fn name_what_is_new(rows: &[AnyRow], keeper: &Keeper, names: &mut Names) {
    for row in rows.iter().map(Row) {
        let kind: &str = row.0.get(0);
        match kind {
            "account" if !names.accounts.contains_key(&AccountId(row.id(A))) => {
                let fingerprint = row.text(Z);
                let address = keeper
                    .made_for(&fingerprint)
                    .expect("an account begins as an invited one");
                let before = names
                    .account_ids
                    .keys()
                    .filter(|who| matches!(who, Who::Invited(of, _) if *of == address));
                let who = Who::Invited(address, u8::try_from(before.count()).unwrap());
                names.account(AccountId(row.id(A)), who);
                names.key(&fingerprint, Key::Waiting(who));
            }
            "claim" if !names.claims.contains_key(&ClaimId(row.id(A))) => {
                let (of, on) = (names.accounts[&AccountId(row.id(B))], row.addr(X));
                let before = names
                    .claim_ids
                    .keys()
                    .filter(|claim| claim.of == of && claim.on == on)
                    .count();
                let claim = ClaimName {
                    of,
                    on,
                    before: u8::try_from(before).unwrap(),
                };
                names.claims.insert(ClaimId(row.id(A)), claim);
                names.claim_ids.insert(claim, ClaimId(row.id(A)));
                names.numbers.insert(claim, row.text(Z));
            }
            "parcel" => {
                let id = ParcelId(row.id(A));
                if !names.parcels.values().any(|parcel| *parcel == id) {
                    let sealed = Sealed::parse(&row.bytes(C));
                    if let [Key::Waiting(who)] = sealed.keys.iter().map(|key| names.keys[key]).collect::<Vec<_>>()[..] {
                        names.parcels.insert(Contents::WaitingKey(who), id);
                    }
                }
            }
            // Says it of parcels that hold a keyring.
            "absorbed" => {
                let who = names.accounts[&AccountId(row.id(B))];
                names.parcels.insert(Contents::Keyring(who), ParcelId(row.id(A)));
            }
            _ => {}
        }
    }
}

/// What differs, a line each.
pub fn difference(expected: &World, found: &World) -> String {
    let (expected, found) = (lines(expected), lines(found));
    let only = |title: &str, these: &BTreeSet<String>, those: &BTreeSet<String>| {
        these
            .difference(those)
            .map(|line| format!("    {title} {line}\n"))
            .collect::<String>()
    };
    only("the model has", &expected, &found) + &only("the database has", &found, &expected)
}

fn lines(world: &World) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    macro_rules! maps {
        ($($map:ident),*) => {$(
            lines.extend(world.$map.iter().map(|(name, value)| format!("{} {name:?}: {value:?}", stringify!($map))));
        )*};
    }
    macro_rules! sets {
        ($($set:ident),*) => {$(
            lines.extend(world.$set.iter().map(|one| format!("{} {one:?}", stringify!($set))));
        )*};
    }
    maps!(
        accounts,
        addresses,
        invitations,
        mailboxes,
        participants,
        dealt,
        successions,
        claims,
        sessions,
        sign_ins
    );
    maps!(vaults, parcels, tellings, recorded, mailed);
    sets!(deliveries, named, claim_mails, waiting_keys);
    lines.insert(format!("totals {:?}", world.totals));
    lines
}

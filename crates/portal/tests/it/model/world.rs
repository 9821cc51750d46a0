//! What stands in the portal, as plain maps: what the reference model says it is, and what the database says.

use std::collections::{BTreeMap, BTreeSet};

use portal::storage::Engine;
use sqlx::{Row as _, any::AnyRow};
use uuid::Uuid;
use wire::{
    Millis, Sha256,
    ids::{AccountId, ClaimId, MessageId, ParcelId},
};

use super::{
    keys::{Keeper, Sealed},
    names::{Activation, Addr, ClaimName, Contents, Key, Message, Names, Proof, Session, Who},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    pub accounts: BTreeMap<Who, Account>,
    /// Whose, and whether it is the Master.
    pub addresses: BTreeMap<Addr, (Who, bool)>,
    /// When an address became its account's.
    pub confirmed: BTreeMap<Addr, Millis>,
    /// What claims took over, and what comes with it is withheld.
    pub withheld: BTreeMap<ClaimName, Withheld>,
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
    pub activations: BTreeMap<Activation, Activated>,
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
    /// Its addresses are another's already, and the rest is not yet.
    Joining,
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
pub struct Activated {
    pub of: Who,
    /// The Master when it was.
    pub under: Addr,
    pub blocked_by_owner: bool,
    pub blocked_by_portal: bool,
    /// Since when another address is the Master.
    pub superseded_at: Option<Millis>,
    /// Whether the vault key lies here for it.
    pub slot: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub of: Who,
    /// Which program's session it is, if one's.
    pub by: Option<Activation>,
    pub password_at: Millis,
    pub expires_at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub of: Who,
    pub to: Key,
    pub keys: BTreeSet<Key>,
    /// A person said that it stands in the vault. It stays for a while, and is shown to nobody.
    pub acknowledged: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    pub claimant: Who,
    /// Whose password separates them again.
    pub of: Who,
    /// To which key, and which keys, where the whole account joins.
    pub parcel: Option<(Key, BTreeSet<Key>)>,
    pub until: Millis,
    /// Whether each was the Master, and since when it was the account's.
    pub addresses: BTreeMap<Addr, (bool, Millis)>,
}

/// What each of its parts is read from: columns, as they are, as hexadecimal (`x`) or as text (`t`), and tables.
const PARTS: &[(&str, &str, &str)] = &[
    (
        "account",
        "x id, x absorbed_into, CASE WHEN joining = 1 THEN 'joining' ELSE state END, kind, administrator, x password, \
         fingerprint",
        "accounts",
    ),
    ("address", "canonical, x account, master, confirmed_at", "addresses"),
    (
        "withheld",
        "x w.claim, x w.claimant, x w.account, x w.parcel, w.until, a.canonical, a.master, a.confirmed_at",
        "withheld w JOIN withheld_addresses a ON a.claim = w.claim",
    ),
    ("invitation", "canonical, x account", "invitations"),
    ("mailbox", "x account", "mailboxes"),
    (
        "delivery",
        "x message, folder, x b.account, t substr(key_packet,72,64)",
        "deliveries d JOIN mailboxes b ON b.id = d.mailbox",
    ),
    ("participant", "x message, position, address, x account", "participants"),
    ("dealt", "x account, x other, known_as", "correspondents"),
    ("named", "fingerprint, canonical", "user_ids"),
    (
        "succession",
        "before_fingerprint, canonical, after_fingerprint",
        "successions",
    ),
    (
        "claim",
        "x id, x account, canonical, created_at, by_administrator, number, ended, wrong_numbers, x token, expires_at, \
         x proof, x proof_account, proof_until",
        "claims",
    ),
    (
        "claim mail",
        "x claim, created_at, next_at, sent_at",
        "outbox WHERE claim IS NOT NULL",
    ),
    (
        "session",
        "x hash, x s.account, x token, password_at, expires_at",
        "sessions s LEFT JOIN activations a ON a.id = s.activation",
    ),
    (
        "activation",
        "x token, x account, address, blocked_by_owner, blocked_by_portal, superseded_at, x slot",
        "activations",
    ),
    ("sign-in", "x id, x account", "sign_ins WHERE account IS NOT NULL"),
    ("vault", "x account, version, x sealed", "vaults"),
    (
        "parcel",
        "x id, x account, x absorbed, x sealed, acknowledged_at",
        "parcels",
    ),
    ("waiting key", "x account", "waiting_keys"),
    ("telling", "x account, address", "announcements"),
    (
        "recorded",
        "x account, kind, address, by_administrator",
        "activity WHERE at = $1",
    ),
    ("mailed", "x account, kind, address", "outbox WHERE created_at = $1"),
    ("ever recorded", "COUNT(*)", "activity"),
    ("ever mailed", "COUNT(*)", "outbox"),
];

/// All of it in one question, in an engine's words: a part a row, its rows a list of lists in JSON. That is a third of
/// what it takes to fetch every row.
pub fn question(engine: Engine) -> String {
    let column = |column: &str| match (column.split_once(' '), engine) {
        (Some(("x", column)), Engine::Sqlite) => format!("lower(hex({column}))"),
        (Some(("x", column)), Engine::Postgres) => format!("encode({column}, 'hex')"),
        (Some(("t", column)), Engine::Sqlite) => format!("CAST({column} AS TEXT)"),
        (Some(("t", column)), Engine::Postgres) => format!("convert_from({column}, 'UTF8')"),
        _ => column.to_owned(),
    };
    let part = |(name, columns, from): &(&str, &str, &str)| {
        let columns: Vec<_> = columns.split(", ").map(|name| column(name.trim())).collect();
        let columns = columns.join(", ");
        match (columns.starts_with("COUNT"), engine) {
            (true, _) => format!("SELECT '{name}' AS t, CAST({columns} AS TEXT) AS d FROM {from}"),
            (_, Engine::Sqlite) => {
                format!("SELECT '{name}' AS t, json_group_array(json_array({columns})) AS d FROM {from}")
            }
            (_, Engine::Postgres) => format!(
                "SELECT '{name}' AS t, CAST(COALESCE(json_agg(json_build_array({columns})), '[]') AS TEXT) AS d FROM {from}"
            ),
        }
    };
    PARTS.iter().map(part).collect::<Vec<_>>().join(" UNION ALL ")
}

/// The answer, by part.
struct Answer(BTreeMap<String, String>);

impl Answer {
    fn part<T: serde::de::DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_str(&self.0[name]).unwrap_or_else(|error| panic!("{name}: {error}: {}", self.0[name]))
    }
}

/// SQLite has the empty text for the hexadecimal form of nothing.
fn some<T: std::str::FromStr<Err: std::fmt::Debug>>(text: Option<String>) -> Option<T> {
    text.filter(|text| !text.is_empty()).map(|text| text.parse().unwrap())
}

fn number(id: Uuid) -> u32 {
    u32::try_from(id.as_u128()).unwrap()
}

type AccountRow = (AccountId, Option<String>, String, String, i64, Option<String>, String);
type ClaimRow = (
    ClaimId,
    AccountId,
    String,
    Millis,
    i64,
    String,
    Option<String>,
    u32,
    Option<String>,
    Millis,
    Option<String>,
    Option<String>,
    Option<Millis>,
);
type ParcelRow = (ParcelId, AccountId, Option<String>, String, Option<Millis>);

impl World {
    /// From the answer to the [question], with names for what is new.
    pub fn read(rows: &[AnyRow], keeper: &Keeper, names: &mut Names) -> Self {
        let answer = Answer(rows.iter().map(|row| (row.get(0), row.get(1))).collect());
        let accounts: Vec<AccountRow> = answer.part("account");
        let claims: Vec<ClaimRow> = answer.part("claim");
        let parcels: Vec<ParcelRow> = answer.part("parcel");
        name_accounts(&accounts, keeper, names);
        name_claims(&claims, names);
        let parcels: BTreeMap<_, _> = parcels.into_iter().map(|row| name_parcel(row, names)).collect();
        let mut world = Self {
            parcels,
            ..Self::default()
        };
        world.take_accounts(&accounts, names);
        world.take_claims(&claims, names);
        world.take_parts(&answer, names);
        world
    }

    fn take_accounts(&mut self, rows: &[AccountRow], names: &Names) {
        for (id, absorbed_into, state, kind, administrator, password, fingerprint) in rows {
            let absorbed_into: Option<AccountId> = some(absorbed_into.clone());
            let account = Account {
                state: match state.as_str() {
                    "invited" => State::Invited,
                    "active" => State::Active,
                    "joining" => State::Joining,
                    _ => State::Disabled,
                },
                professional: kind == "professional",
                administrator: *administrator == 1,
                password: password.as_ref().is_some_and(|password| !password.is_empty()),
                absorbed_into: absorbed_into.map(|id| names.accounts[&id]),
                key: names.keys[fingerprint],
            };
            self.accounts.insert(names.accounts[id], account);
        }
    }

    fn take_claims(&mut self, rows: &[ClaimRow], names: &Names) {
        for (id, _, _, created_at, by_administrator, _, ended, wrong, token, expires_at, proof, proved, until) in rows {
            let token: Option<Sha256> = some(token.clone());
            let proof: Option<Sha256> = some(proof.clone());
            let claim = Claim {
                created_at: *created_at,
                by_administrator: *by_administrator == 1,
                ended: ended.as_deref().map(|ended| match ended {
                    "confirmed" => Ended::Confirmed,
                    "cancelled" => Ended::Cancelled,
                    "refused" => Ended::Refused,
                    _ => Ended::Guessed,
                }),
                wrong_numbers: *wrong,
                newest: token.map(|hash| names.links[&hash].1),
                expires_at: *expires_at,
                proof: proof.map(|hash| {
                    let proved: AccountId = some(proved.clone()).unwrap();
                    (names.proofs[&hash], names.accounts[&proved], until.unwrap())
                }),
            };
            self.claims.insert(names.claims[id], claim);
        }
    }

    fn take_withheld(&mut self, answer: &Answer, names: &Names) {
        type Row = (
            ClaimId,
            AccountId,
            AccountId,
            Option<String>,
            Millis,
            String,
            i64,
            Millis,
        );
        for (claim, claimant, of, parcel, until, address, master, confirmed_at) in answer.part::<Vec<Row>>("withheld") {
            let sealed = parcel
                .filter(|parcel| !parcel.is_empty())
                .map(|parcel| Sealed::parse_parcel(&from_hex(&parcel)));
            let withheld = self.withheld.entry(names.claims[&claim]).or_insert_with(|| Withheld {
                claimant: names.accounts[&claimant],
                of: names.accounts[&of],
                parcel: sealed.map(|sealed| (names.keys[sealed.to.as_ref().unwrap()], keys(&sealed, names))),
                until,
                addresses: BTreeMap::new(),
            });
            withheld
                .addresses
                .insert(Addr::of(&address), (master == 1, confirmed_at));
        }
    }

    fn take_parts(&mut self, answer: &Answer, names: &Names) {
        let who = |id| names.accounts[&id];
        let mut all_new = true;
        macro_rules! take {
            ($part:literal, $into:ident, |($($column:ident: $type:ty),*)| $entry:expr) => {
                for ($($column,)*) in answer.part::<Vec<($($type,)*)>>($part) {
                    let (name, value) = $entry;
                    all_new &= self.$into.insert(name, value).is_none();
                }
            };
            (set $part:literal, $into:ident, |($($column:ident: $type:ty),*)| $entry:expr) => {
                for ($($column,)*) in answer.part::<Vec<($($type,)*)>>($part) {
                    all_new &= self.$into.insert($entry);
                }
            };
            (count $part:literal, $into:ident, |($($column:ident: $type:ty),*)| $entry:expr) => {
                for ($($column,)*) in answer.part::<Vec<($($type,)*)>>($part) {
                    *self.$into.entry($entry).or_default() += 1;
                }
            };
        }
        for (address, id, master, confirmed_at) in answer.part::<Vec<(String, AccountId, i64, Millis)>>("address") {
            let address = Addr::of(&address);
            all_new &= self.addresses.insert(address, (who(id), master == 1)).is_none();
            self.confirmed.insert(address, confirmed_at);
        }
        self.take_withheld(answer, names);
        take!("invitation", invitations, |(address: String, id: AccountId)| (Addr::of(&address), who(id)));
        take!(count "mailbox", mailboxes, |(id: AccountId)| who(id));
        take!(set "delivery", deliveries, |(id: MessageId, folder: String, holder: AccountId, packet: String)| Delivery {
            message: number(id.0),
            folder: if folder == "inbox" { Folder::Inbox } else { Folder::Sent },
            holder: who(holder),
            key: names.keys[&packet],
        });
        take!("participant", participants, |(id: MessageId, position: u32, address: String, account: AccountId)| {
            ((number(id.0), position), (Addr::of(&address), who(account)))
        });
        take!("dealt", dealt, |(one: AccountId, other: AccountId, known_as: String)| {
            ((who(one), who(other)), Addr::of(&known_as))
        });
        take!(set "named", named, |(key: String, address: String)| (names.keys[&key], Addr::of(&address)));
        take!("succession", successions, |(before: String, address: String, after: String)| {
            ((names.keys[&before], Addr::of(&address)), names.keys[&after])
        });
        take!(
            "session",
            sessions,
            |(hash: Sha256, of: AccountId, token: Option<String>, password_at: Millis, expires_at: Millis)| {
                let by = some::<Sha256>(token).map(|token| names.activations[&token]);
                (names.sessions[&hash], SignedIn { of: who(of), by, password_at, expires_at })
            }
        );
        take!(
            "activation",
            activations,
            |(token: Sha256, of: AccountId, under: String, owner: i64, portal: i64, superseded_at: Option<Millis>, slot: Option<String>)| {
                let activated = Activated {
                    of: who(of),
                    under: Addr::of(&under),
                    blocked_by_owner: owner == 1,
                    blocked_by_portal: portal == 1,
                    superseded_at,
                    slot: slot.is_some_and(|slot| !slot.is_empty()),
                };
                (names.activations[&token], activated)
            }
        );
        take!("sign-in", sign_ins, |(id: Uuid, of: AccountId)| (number(id), who(of)));
        take!("vault", vaults, |(of: AccountId, version: i64, sealed: String)| {
            (who(of), (version, keys(&Sealed::parse_vault(&from_hex(&sealed)), names)))
        });
        take!(set "waiting key", waiting_keys, |(of: AccountId)| who(of));
        take!("telling", tellings, |(of: AccountId, address: String)| (who(of), Addr::of(&address)));
        take!(count "recorded", recorded, |(of: AccountId, kind: String, about: Option<String>, by: i64)| {
            (who(of), kind, about.map(|address| Addr::of(&address)), by == 1)
        });
        take!(count "mailed", mailed, |(about: AccountId, kind: String, to: String)| (who(about), kind, Addr::of(&to)));
        assert!(all_new, "two rows where one is");
        let mails = answer.part::<Vec<(ClaimId, Millis, Option<Millis>, Option<Millis>)>>("claim mail");
        let mails = mails
            .into_iter()
            .map(|(claim, made, next, sent)| (names.claims[&claim], made, next, sent));
        self.claim_mails = mails.collect();
        self.claim_mails.sort();
        self.totals = (answer.part("ever recorded"), answer.part("ever mailed"));
    }
}

fn keys(sealed: &Sealed, names: &Names) -> BTreeSet<Key> {
    sealed.keys.iter().map(|key| names.keys[key]).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

/// An account begins as an invited one: what custody made for an address says which. One step makes at most one of each.
fn name_accounts(rows: &[AccountRow], keeper: &Keeper, names: &mut Names) {
    for (id, .., fingerprint) in rows {
        if names.accounts.contains_key(id) {
            continue;
        }
        let address = keeper
            .made_for(fingerprint)
            .expect("an account begins as an invited one");
        let before = names
            .account_ids
            .keys()
            .filter(|who| matches!(who, Who::Invited(of, _) if *of == address));
        let who = Who::Invited(address, u8::try_from(before.count()).unwrap());
        names.account(*id, who);
        names.key(fingerprint, Key::Waiting(who));
    }
}

fn name_claims(rows: &[ClaimRow], names: &mut Names) {
    for (id, of, on, _, _, number, ..) in rows {
        if names.claims.contains_key(id) {
            continue;
        }
        let (of, on) = (names.accounts[of], Addr::of(on));
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
        names.claims.insert(*id, claim);
        names.claim_ids.insert(claim, *id);
        names.numbers.insert(claim, number.clone());
    }
}

fn name_parcel((id, of, absorbed, sealed, acknowledged_at): ParcelRow, names: &mut Names) -> (Contents, Parcel) {
    let sealed = Sealed::parse_parcel(&from_hex(&sealed));
    let parcel = Parcel {
        of: names.accounts[&of],
        to: names.keys[sealed.to.as_ref().unwrap()],
        keys: keys(&sealed, names),
        acknowledged: acknowledged_at.is_some(),
    };
    let absorbed: Option<AccountId> = some(absorbed);
    let contents = match (absorbed, parcel.keys.first()) {
        (Some(absorbed), _) => Contents::Keyring(names.accounts[&absorbed]),
        (None, Some(Key::Waiting(who))) => Contents::WaitingKey(*who),
        (None, other) => panic!("a parcel with {other:?} of nobody who was absorbed"),
    };
    names.parcels.insert(contents, id);
    (contents, parcel)
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
        confirmed,
        withheld,
        invitations,
        mailboxes,
        participants,
        dealt,
        successions,
        claims,
        sessions,
        activations,
        sign_ins
    );
    maps!(vaults, parcels, tellings, recorded, mailed);
    sets!(deliveries, named, claim_mails, waiting_keys);
    lines.insert(format!("totals {:?}", world.totals));
    lines
}

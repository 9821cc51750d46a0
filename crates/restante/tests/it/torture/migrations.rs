//! While the portal is killed: people move to new addresses, and accounts join others. Each move is made or not made,
//! never half, and whoever is told that it was made finds it so.

use std::{
    collections::BTreeMap,
    fmt,
    ops::{AddAssign, Range},
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use client::{Client, Error, Session};
use rand::Rng as _;
use rand_chacha::ChaCha20Rng;
use sqlx::{AnyConnection, Connection as _, Row as _};
use tokio::time::{sleep, timeout};
use wire::{Address, ProblemType};

use super::{DEADLINE, Load, MOVERS, WRITERS, is_notification};
use crate::{
    sink::Sink,
    site::{PASSWORD, Site},
};

/// Who there is, as it has turned out so far. Everybody is known by the number they had at first.
pub struct World {
    /// Everybody's session, which ends where their account joins another.
    pub sessions: Vec<Session>,
    client: Client,
    /// Everybody's confirmed addresses.
    addresses: Mutex<Vec<Vec<Address>>>,
    /// Whose account everybody's is now.
    holders: Mutex<Vec<usize>>,
}

impl World {
    pub fn new(client: Client, sessions: Vec<Session>) -> Self {
        let addresses = sessions.iter().map(|session| vec![session.address()]).collect();
        Self {
            holders: Mutex::new((0..sessions.len()).collect()),
            addresses: Mutex::new(addresses),
            sessions,
            client,
        }
    }

    /// One of somebody's addresses: any is as good as the Master.
    pub fn address_of(&self, person: usize, rng: &mut ChaCha20Rng) -> Address {
        let addresses = &self.addresses.lock().unwrap()[person];
        addresses[rng.gen_range(0..addresses.len())].clone()
    }

    /// Who has what was written to somebody.
    pub fn holder_of(&self, person: usize) -> usize {
        self.holders.lock().unwrap()[person]
    }

    /// Whether an address is one of a holder's.
    pub fn has_address(&self, holder: usize, address: &str) -> bool {
        let addresses = self.addresses.lock().unwrap();
        let mut all = (0..addresses.len()).filter(|&person| self.holder_of(person) == holder);
        all.any(|person| addresses[person].iter().any(|own| own.as_typed() == address))
    }

    /// New sessions of all who are still accounts, each begun under any of their addresses: they open what the portal
    /// stores of them.
    pub async fn sign_in_anew(&self, site: &Site, rng: &mut ChaCha20Rng) -> BTreeMap<usize, Session> {
        let mut sessions = BTreeMap::new();
        for person in 0..self.sessions.len() {
            let address = self.address_of(person, rng);
            let session = site.client().sign_in(&address, PASSWORD).await.expect("a sign-in");
            let holder = self.holder_of(person);
            assert_eq!(session.account().id, self.sessions[holder].account().id);
            if person == holder {
                sessions.insert(holder, session);
            } else {
                let ended = self.sessions[person].current().await.unwrap_err();
                assert_eq!(ended.problem(), Some(ProblemType::SignedOut));
            }
        }
        sessions
    }
}

/// Makes moves, one after the other, of every third writer.
pub struct Move {
    pub number: usize,
    pub world: Arc<World>,
    pub sink: Sink,
    pub url: String,
    pub database: String,
    pub load: Load,
}

/// How many moves were made.
#[derive(Default)]
pub struct Moved {
    added: usize,
    promoted: usize,
    absorbed: usize,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            added,
            promoted,
            absorbed,
        } = self;
        write!(
            f,
            "{added} addresses added, {promoted} promoted, {absorbed} accounts absorbed"
        )
    }
}

impl AddAssign for Moved {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.promoted += more.promoted;
        self.absorbed += more.absorbed;
    }
}

impl Move {
    /// Until it is over.
    pub async fn go_on(self, mut rng: ChaCha20Rng) -> Moved {
        let mut moved = Moved::default();
        let own = |people: Range<usize>| people.filter(|person| person % MOVERS == self.number);
        let movers: Vec<usize> = own(0..WRITERS).collect();
        let mut joiners: Vec<usize> = own(WRITERS..self.world.sessions.len()).collect();
        // Both happen at least once, however short the torture.
        while !self.load.over.load(Ordering::SeqCst) || moved.absorbed == 0 || moved.promoted == 0 {
            let mover = movers[rng.gen_range(0..movers.len())];
            let joiner = match moved.absorbed == 0 || rng.gen_bool(0.3) {
                true => joiners.pop(),
                false => None,
            };
            let added = match joiner {
                Some(joiner) => {
                    let address = self.world.sessions[joiner].address();
                    self.absorb(mover, joiner, &address, &mut rng).await;
                    moved.absorbed += 1;
                    address
                }
                None => {
                    let text = format!("writer{mover}.{}@new.test", moved.added);
                    let address: Address = text.parse().unwrap();
                    self.add(mover, &address, &mut rng).await;
                    moved.added += 1;
                    address
                }
            };
            if moved.promoted == 0 || rng.gen_bool(0.7) {
                self.promote(mover, &added, &mut rng).await;
                moved.promoted += 1;
            }
            let others = self.sink.mails()[self.load.before..]
                .iter()
                .filter(|mail| !is_notification(mail))
                .count();
            self.load.others.store(others, Ordering::SeqCst);
        }
        moved
    }

    /// Adds an address that nobody has.
    async fn add(&self, mover: usize, address: &Address, rng: &mut ChaCha20Rng) {
        let session = &self.world.sessions[mover];
        self.claim(session, address).await;
        loop {
            let link = self.newest_link(address).await;
            match in_the_middle(rng, session.confirm_claim(&link)).await {
                Some(Ok(confirmed)) => {
                    assert_eq!(confirmed.address, *address);
                    break;
                }
                Some(Err(error)) if error.problem() == Some(ProblemType::ClaimConfirmed) => break,
                Some(Err(error)) => assert!(superseded(&error), "a claim is confirmed: {error}"),
                None => {}
            }
        }
        self.world.addresses.lock().unwrap()[mover].push(address.clone());
        self.check(mover).await;
    }

    /// Absorbs the account that has an address.
    async fn absorb(&self, mover: usize, joiner: usize, address: &Address, rng: &mut ChaCha20Rng) {
        let session = &self.world.sessions[mover];
        self.claim(session, address).await;
        loop {
            let link = self.newest_link(address).await;
            let absorbing = async {
                let owner = self.world.client.prove_owner(&link, PASSWORD).await?;
                assert_eq!(owner.claimant_fingerprint(), session.fingerprint());
                owner.to_session(session)?.absorb().await
            };
            match in_the_middle(rng, absorbing).await {
                Some(Ok(confirmed)) => {
                    assert_eq!(confirmed.address, *address);
                    break;
                }
                Some(Err(error)) if error.problem() == Some(ProblemType::ClaimConfirmed) => break,
                // Tries at the password that the portal was killed in count.
                Some(Err(error)) if error.problem() == Some(ProblemType::TooManyAttempts) => {
                    self.change("DELETE FROM attempts").await;
                }
                // The joiner's password is the mover's, and their address may be the mover's already.
                Some(Err(error)) => assert!(superseded(&error), "an account is absorbed: {error}"),
                None => {}
            }
        }
        self.world.holders.lock().unwrap()[joiner] = mover;
        // Now and then its keys stay in their parcel until the claimant's client looks again.
        if rng.gen_bool(0.7) {
            session.catch_up().await;
        }
        self.check(mover).await;
    }

    /// Makes an address the Master.
    async fn promote(&self, mover: usize, address: &Address, rng: &mut ChaCha20Rng) {
        let session = &self.world.sessions[mover];
        let before = session.address();
        loop {
            let tell = rng.gen_bool(0.2);
            match in_the_middle(rng, session.promote(address, tell)).await {
                Some(Ok(())) => break,
                Some(Err(error)) if error.problem() == Some(ProblemType::PasswordNeeded) => {
                    match session.give_password(PASSWORD).await {
                        Err(error) if error.problem() == Some(ProblemType::TooManyAttempts) => {
                            self.change("DELETE FROM attempts").await;
                        }
                        Err(error) => assert!(superseded(&error), "a password is taken: {error}"),
                        Ok(()) => {}
                    }
                }
                // They were told of others today already.
                Some(Err(error)) if tell && error.problem() == Some(ProblemType::TooManyRequests) => {}
                Some(Err(error)) => panic!("an alias is promoted: {error}"),
                // It went through or it did not.
                None => {
                    session.refresh().await.expect("an account");
                    assert!([&before, address].contains(&&session.address()));
                    self.check(mover).await;
                }
            }
        }
        self.check(mover).await;
        let aliases = session.aliases().await.expect("addresses");
        assert_eq!(aliases.addresses[0].address, *address);
    }

    /// Sees that an account has each of its addresses, and one Master.
    async fn check(&self, mover: usize) {
        let aliases = self.world.sessions[mover].aliases().await.expect("addresses");
        let masters = aliases.addresses.iter().filter(|own| own.master).count();
        assert_eq!(masters, 1);
        for own in &aliases.addresses {
            let typed = own.address.as_typed();
            assert!(self.world.has_address(mover, typed), "{typed} is whose?");
        }
        let known = self.world.addresses.lock().unwrap();
        let all = (0..known.len()).filter(|&person| self.world.holder_of(person) == mover);
        let all: usize = all.map(|person| known[person].len()).sum();
        assert_eq!(aliases.addresses.len(), all);
    }

    /// Claims an address: once it is, doing it again mails it again.
    async fn claim(&self, session: &Session, address: &Address) {
        loop {
            match session.claim(address).await {
                Ok(_) => return,
                // So many tries, in so little time.
                Err(error) if error.problem() == Some(ProblemType::TooManyRequests) => self.let_a_day_pass().await,
                Err(error) => assert!(superseded(&error), "an address is claimed: {error}"),
            }
            let pending = session.aliases().await.expect("addresses").claims;
            if pending.iter().any(|claim| claim.address == *address) {
                return;
            }
        }
    }

    /// What the newest confirmation message to an address leads to, once one is there.
    async fn newest_link(&self, address: &Address) -> String {
        let beginning = format!("{}/confirm#", self.url);
        self.sink.mail_to(address.as_typed(), &beginning).await;
        // An older one that is dead is found so, and a newer one comes.
        sleep(Duration::from_millis(10)).await;
        let mails = self.sink.mails();
        let mut newest = mails.iter().rev();
        let newest = newest.find(|mail| mail.to == address.as_typed() && mail.text.contains(&beginning));
        newest.unwrap().link(&beginning)
    }

    /// What is counted of claims and their mails is of yesterday.
    async fn let_a_day_pass(&self) {
        self.change("UPDATE claims SET created_at = created_at - 86400000")
            .await;
        self.change("UPDATE outbox SET created_at = created_at - 86400000 WHERE kind = 'claim'")
            .await;
        self.change("UPDATE outbox SET sent_at = sent_at - 86400000 WHERE kind = 'claim' AND sent_at IS NOT NULL")
            .await;
        self.change("UPDATE outbox SET next_at = 1 WHERE kind = 'claim' AND next_at IS NOT NULL")
            .await;
    }

    async fn change(&self, sql: &'static str) {
        sqlx::any::install_default_drivers();
        let mut db = AnyConnection::connect(&self.database).await.unwrap();
        sqlx::query(sql).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    }
}

/// Some close the lid in the middle of it: nobody knows then whether it was done.
async fn in_the_middle<T>(rng: &mut ChaCha20Rng, doing: impl Future<Output = T>) -> Option<T> {
    match rng.gen_bool(0.2) {
        true => timeout(Duration::from_millis(rng.gen_range(0..40)), doing).await.ok(),
        false => Some(timeout(DEADLINE, doing).await.expect("it is done in time")),
    }
}

/// Whether a request met a portal that was killed, or a link that a newer mail replaced because of it.
fn superseded(error: &Error) -> bool {
    error.is_passing() || error.problem() == Some(ProblemType::LinkReplaced)
}

/// Sees in the database that each account is one of the two: active with one Master, or gone into an active one with
/// nothing left of its own.
pub async fn check_accounts(db: &mut AnyConnection) {
    for (what, sql) in [
        (
            "an active account without one Master",
            "SELECT COUNT(*) FROM accounts a WHERE a.state = 'active' \
             AND (SELECT COUNT(*) FROM addresses d WHERE d.account = a.id AND d.master = 1) <> 1",
        ),
        (
            "an absorbed account that is active",
            "SELECT COUNT(*) FROM accounts a WHERE a.absorbed_into IS NOT NULL AND a.state = 'active'",
        ),
        (
            // Both stay as long as the parcel that holds the keyring.
            "an absorbed account whose password or vault outlives its parcel",
            "SELECT COUNT(*) FROM accounts a WHERE a.absorbed_into IS NOT NULL AND (a.password IS NOT NULL \
             OR EXISTS (SELECT 1 FROM vaults v WHERE v.account = a.id)) \
             AND NOT EXISTS (SELECT 1 FROM parcels p WHERE p.absorbed = a.id)",
        ),
        (
            "an account absorbed into one that is absorbed",
            "SELECT COUNT(*) FROM accounts a WHERE a.absorbed_into IS NOT NULL AND EXISTS (SELECT 1 FROM accounts h WHERE h.id = a.absorbed_into AND h.absorbed_into IS NOT NULL)",
        ),
        (
            "an absorbed account with an address",
            "SELECT COUNT(*) FROM accounts a WHERE a.absorbed_into IS NOT NULL AND EXISTS (SELECT 1 FROM addresses d WHERE d.account = a.id)",
        ),
        (
            "an absorbed account with a mailbox",
            "SELECT COUNT(*) FROM accounts a WHERE a.absorbed_into IS NOT NULL AND EXISTS (SELECT 1 FROM mailboxes b WHERE b.account = a.id)",
        ),
        (
            "an absorbed account with a parcel",
            "SELECT COUNT(*) FROM accounts a WHERE a.absorbed_into IS NOT NULL AND EXISTS (SELECT 1 FROM parcels p WHERE p.account = a.id)",
        ),
        (
            "an absorbed account with a session",
            "SELECT COUNT(*) FROM accounts a WHERE a.absorbed_into IS NOT NULL AND EXISTS (SELECT 1 FROM sessions s WHERE s.account = a.id)",
        ),
    ] {
        let row = sqlx::query(sql).fetch_one(&mut *db).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), 0, "{what}");
    }
}

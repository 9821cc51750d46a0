//! Moving to another address: promoting and absorbing, with ten messages and with a million; and what people do without
//! it, which is to copy their mail.

use std::time::Duration;

use anyhow::{Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use portal::{
    ports::clock::{Clock as _, SystemClock},
    storage::Key as _,
};
use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;
use wire::{ACCOUNT_HEADER, Sha256, ids::ClaimId};

use crate::{
    dovecot,
    filled::{self, Filled},
    line::Line,
    people::{self, Person},
    report::{self, Report, number, ratio, time},
    rows::Ids,
    samples::Samples,
    site::Site,
};

const WARM_UP: usize = 20;
const ROUNDS: usize = 300;

/// How many messages the smaller of the two has.
pub const FEW: u64 = 10;

/// The vault and its slot as the portal keeps them: sealed, so any bytes will do.
const VAULT: usize = 4_000;
const SLOT: usize = 150;

/// How long everything took on one portal, sample by sample.
#[derive(Default)]
struct Taken {
    promotions: Samples,
    absorbs: Samples,
    /// The first page after an absorb, of as many deliveries as the smaller has.
    short_pages: Samples,
    /// The same, of 50.
    pages: Samples,
}

/// An account with messages, and those who are going to absorb it, one after the other.
struct MeasuredPortal<'a> {
    site: &'a Site,
    filled: &'a Filled,
    alias: String,
    /// What its owner's session goes by: an absorb ends it.
    bearer: String,
    claimants: Vec<Person>,
    line: Line,
    ids: Ids,
    rng: ChaCha20Rng,
    taken: Taken,
}

/// Measures, on each site, an account with few messages and one with a million; and one with few in a database that holds
/// nothing else.
pub async fn measure<'a>(
    houses: impl IntoIterator<Item = (&'a Site, &'a Filled, &'a Filled)>,
    report: &mut Report,
) -> Result<()> {
    let (mut table, mut pages, mut absorbs) = (Vec::new(), Vec::new(), Vec::new());
    for (site, few, million) in houses {
        let elsewhere = Site::found(site.engine).await?;
        let [alone] = filled::settle(&elsewhere, [FEW]).await?;
        let mut three = [
            MeasuredPortal::open(&elsewhere, &alone, "alone").await?,
            MeasuredPortal::open(site, few, "few").await?,
            MeasuredPortal::open(site, million, "million").await?,
        ];
        for round in 0..WARM_UP + ROUNDS {
            // Each is the first as often as the others.
            for turn in 0..three.len() {
                three[(round + turn) % three.len()].round(round).await?;
            }
        }
        let [alone, few, million] = three.map(|measured| measured.taken);
        let row = |what: &str, samples: fn(&Taken) -> &Samples| {
            let [alone, few, million] = [&alone, &few, &million].map(samples);
            let against = |few: Duration, million: Duration| ratio(million.as_secs_f64() / few.as_secs_f64());
            [
                format!("{what}, {}", site.name()),
                time(alone.p50()),
                time(alone.p99()),
                time(few.p50()),
                time(few.p99()),
                time(million.p50()),
                time(million.p99()),
                against(few.p50(), million.p50()),
                against(few.p99(), million.p99()),
                against(alone.p50(), million.p50()),
            ]
        };
        table.push(row("promote", |taken| &taken.promotions));
        table.push(row("absorb", |taken| &taken.absorbs));
        table.push(row("the Inbox then", |taken| &taken.short_pages));
        pages.push(format!("{} on {}", time(million.pages.p50()), site.name()));
        absorbs.push((site.name(), million.absorbs.p50()));
        elsewhere.end().await?;
    }
    report.heading("Another address");
    report.paragraph(format!(
        "`POST /aliases/promote`, to and fro between two addresses of an account, telling correspondents; \
         `POST /claims/confirm` of a claim on an address of an account that is absorbed, with its parcel, from the request \
         to the answer, which comes once it is on the disk, without the password's proof before it; and the first \
         `GET /deliveries` of the claimant after that, a page of {FEW} in every second round. {ROUNDS} times each in turn (the page {} times), \
         always of an account as it was before, into a claimant who has nothing yet: with {FEW} messages alone in a database \
         (*alone*), with {FEW} and with 1 000 000 in one database. Goal: a ratio of at most 1.2. A first page of 50 of \
         the million takes {} (p50).",
        ROUNDS / 2,
        pages.join(", ")
    ));
    report.table(
        [
            "what, engine",
            "10, alone: p50",
            "p99",
            "10: p50",
            "p99",
            "1 000 000: p50",
            "p99",
            "ratio of p50",
            "of p99",
            "of p50 to alone",
        ],
        table,
    );
    copying(&absorbs, report).await
}

/// What people do without it.
async fn copying(absorbs: &[(&str, Duration)], report: &mut Report) -> Result<()> {
    let server = dovecot::Dovecot::of_the_environment()?;
    let mut table = Vec::new();
    for (count, rounds) in [(10, 20), (1_000, 5), (100_000, 1)] {
        eprintln!("bench: copying {count} messages");
        let samples = server.copy(count, rounds).await?;
        let took = samples.p50();
        let mut row = [
            report::count(count.into()),
            rounds.to_string(),
            time(took),
            time(took / count),
            String::new(),
            String::new(),
        ];
        for (cell, (_, absorb)) in row[4..].iter_mut().zip(absorbs) {
            *cell = number(took.as_secs_f64() / absorb.as_secs_f64());
        }
        table.push(row);
    }
    report.heading("Copying a mailbox instead");
    report.paragraph(format!(
        "What moving to another address takes where accounts are addresses: every message is fetched over IMAP from one \
         account of a Dovecot {} (Maildir, durable) and stored in another, by `doveadm backup` over loopback \
         (`mbsync` was tried and is slower). Messages have a text of 2 kB, plain. The median of as many times as stand \
         there; the program's start is part of it. The last columns say how many times as long that is as absorbing \
         1 000 000.",
        server.version().await?,
    ));
    report.table(
        [
            "messages",
            "times",
            "copied in",
            "a message",
            "against absorbing, SQLite",
            "PostgreSQL",
        ],
        table,
    );
    Ok(())
}

impl<'a> MeasuredPortal<'a> {
    async fn open(site: &'a Site, filled: &'a Filled, called: &str) -> Result<Self> {
        let now = SystemClock.now();
        let mut measured = Self {
            site,
            filled,
            alias: format!("alias-{}", filled.owner.address),
            bearer: filled.owner.bearer.clone(),
            claimants: people::settle(&site.store, called, WARM_UP + ROUNDS, now).await?,
            line: Line::open(site.host()).await?,
            ids: Ids::new(&format!("migration, {called}")),
            rng: ChaCha20Rng::seed_from_u64(filled.count),
            taken: Taken::default(),
        };
        measured.furnish().await?;
        Ok(measured)
    }

    /// What the account has besides its messages: an alias, and a vault.
    async fn furnish(&mut self) -> Result<()> {
        let account = self.filled.owner.account;
        let now = SystemClock.now();
        let mut sealed = [0; VAULT + SLOT];
        self.rng.fill_bytes(&mut sealed);
        let slot = self.ids.next(now);
        let mut unit = self.site.store.begin().await?;
        sqlx::query(
            "INSERT INTO addresses (canonical, typed, account, master, confirmed_at) VALUES ($1, $1, $2, 0, $3)",
        )
        .bind(&self.alias)
        .bind(account.key())
        .bind(now)
        .execute(&mut *unit)
        .await?;
        sqlx::query("INSERT INTO vaults (account, version, sealed) VALUES ($1, 1, $2)")
            .bind(account.key())
            .bind(&sealed[..VAULT])
            .execute(&mut *unit)
            .await?;
        sqlx::query("INSERT INTO unlock_slots (id, account, kind, wrapped) VALUES ($1, $2, 'password', $3)")
            .bind(&slot.as_bytes()[..])
            .bind(account.key())
            .bind(&sealed[VAULT..])
            .execute(&mut *unit)
            .await?;
        unit.commit().await?;
        Ok(())
    }

    async fn round(&mut self, round: usize) -> Result<()> {
        let counts = round >= WARM_UP;
        let promotion = self.promote(round).await?;
        let (absorb, page) = self.absorb(round).await?;
        if counts {
            self.taken.promotions.add(promotion);
            self.taken.absorbs.add(absorb);
            match is_short(round) {
                true => self.taken.short_pages.add(page),
                false => self.taken.pages.add(page),
            }
        }
        self.put_back(round).await
    }

    /// Makes its other address the Master.
    async fn promote(&mut self, round: usize) -> Result<Duration> {
        // A session that is to end.
        self.sign_in().await?;
        let owner = &self.filled.owner;
        let address = match round.is_multiple_of(2) {
            true => &self.alias,
            false => &owner.address,
        };
        let body = json!({ "address": address, "tell_correspondents": true });
        let body = Bytes::from(body.to_string());
        let (authorization, account) = (format!("Bearer {}", self.bearer), owner.account.to_string());
        let headers = [
            ("authorization", authorization.as_str()),
            (ACCOUNT_HEADER, account.as_str()),
        ];
        let begun = Instant::now();
        self.line.post("/aliases/promote", &headers, body).await?;
        Ok(begun.elapsed())
    }

    /// Has a claimant absorb it, and look into the Inbox.
    async fn absorb(&mut self, round: usize) -> Result<(Duration, Duration)> {
        let body = self.handed_over(round).await?;
        let claimant = &self.claimants[round];
        let authorization = claimant.authorization();
        let account = claimant.account.to_string();
        // In the claimant's own session: elsewhere most of it would be done by the sweep.
        let headers = [
            ("authorization", authorization.as_str()),
            (ACCOUNT_HEADER, account.as_str()),
        ];
        let begun = Instant::now();
        self.line.post("/claims/confirm", &headers, body).await?;
        let absorb = begun.elapsed();
        let limit = if is_short(round) { FEW } else { 50 };
        let begun = Instant::now();
        let page = self
            .line
            .get(&format!("/deliveries?folder=inbox&limit={limit}"), &headers)
            .await?;
        let took = begun.elapsed();
        if round < WARM_UP {
            let page: wire::mailbox::Page = serde_json::from_slice(&page)?;
            let expected = limit.min(self.filled.count) as usize;
            ensure!(page.deliveries.len() == expected, "a page of {}", page.deliveries.len());
        }
        Ok((absorb, took))
    }

    /// One more session of its owner; the secret that it goes by.
    async fn sign_in(&mut self) -> Result<String> {
        let mut unit = self.site.store.begin().await?;
        let account = self.filled.owner.account.0;
        let bearers = people::sign_in(&mut unit, [account], &mut self.rng, SystemClock.now()).await?;
        unit.commit().await?;
        Ok(bearers.concat())
    }

    /// Brings a claim as far as a client has it before it confirms: mailed, its link followed, the password of the other
    /// account proved, that one's keyring sealed to the claimant. Answers the request that confirms.
    async fn handed_over(&mut self, round: usize) -> Result<Bytes> {
        let (owner, claimant) = (&self.filled.owner, &self.claimants[round]);
        let now = SystemClock.now();
        let mut secrets = [[0; 32]; 2];
        secrets.iter_mut().for_each(|secret| self.rng.fill_bytes(secret));
        let [token, proof] = secrets;
        let claim: Uuid = self.ids.next(now);
        let mut unit = self.site.store.begin().await?;
        sqlx::query(
            "INSERT INTO claims (id, account, canonical, typed, number, by_administrator, token, created_at, \
             expires_at, proof, proof_account, proof_until) VALUES ($1, $2, $3, $3, '0000', 0, $4, $5, $6, $7, $8, $6)",
        )
        .bind(&claim.as_bytes()[..])
        .bind(claimant.account.key())
        .bind(&owner.address)
        .bind(Sha256::of(&token).key())
        .bind(now)
        .bind(now + 86_400_000)
        .bind(Sha256::of(&proof).key())
        .bind(owner.account.key())
        .execute(&mut *unit)
        .await?;
        sqlx::query("INSERT INTO claim_tokens (hash, claim) VALUES ($1, $2)")
            .bind(Sha256::of(&token).key())
            .bind(&claim.as_bytes()[..])
            .execute(&mut *unit)
            .await?;
        unit.commit().await?;
        let parcel = owner
            .vault
            .hand_over(&claimant.certificate, ClaimId(claim), now, &mut self.rng)?;
        let mut successions: Vec<Value> = Vec::new();
        for address in [&owner.address, &self.alias] {
            let successor = claimant.certificate.fingerprint();
            let statement = owner
                .vault
                .succession(&address.parse()?, successor, now, &mut self.rng)?;
            successions.push(json!({ "address": address, "statement": STANDARD.encode(statement) }));
        }
        let body = json!({
            "token": STANDARD.encode(token),
            "by": {
                "kind": "absorb", "proof": STANDARD.encode(proof), "vault_version": 1,
                "parcel": STANDARD.encode(parcel), "successions": successions,
            },
        });
        Ok(Bytes::from(body.to_string()))
    }

    /// Undoes the absorb, so that the next one moves the same account with all that is under its name. The Master stays
    /// the one that it was before; that it was promoted is forgotten, for an account may do so thrice a day.
    async fn put_back(&mut self, round: usize) -> Result<()> {
        let (owner, claimant) = (&self.filled.owner, &self.claimants[round]);
        let account = owner.account.key();
        let master = if round.is_multiple_of(2) {
            &self.alias
        } else {
            &owner.address
        };
        let mut unit = self.site.store.begin().await?;
        for undone in [
            sqlx::query("UPDATE mailboxes SET account = $1 WHERE id = $2")
                .bind(account)
                .bind(owner.mailbox.key()),
            sqlx::query("UPDATE addresses SET account = $1 WHERE account = $2 AND master = 0")
                .bind(account)
                .bind(claimant.account.key()),
            sqlx::query("UPDATE addresses SET master = 1 WHERE account = $1 AND canonical = $2")
                .bind(account)
                .bind(master),
            sqlx::query("UPDATE accounts SET absorbed_into = NULL, state = 'active', password = $2 WHERE id = $1")
                .bind(account)
                .bind(&b"none"[..]),
            sqlx::query("DELETE FROM parcels WHERE account = $1").bind(claimant.account.key()),
            sqlx::query("DELETE FROM successions WHERE before_fingerprint = $1").bind(&owner.fingerprint),
            sqlx::query("DELETE FROM activity WHERE account = $1").bind(account),
        ] {
            undone.execute(&mut *unit).await?;
        }
        unit.commit().await?;
        self.bearer = self.sign_in().await?;
        Ok(())
    }
}

/// Whether the first page after an absorb is a short one: every second time.
fn is_short(round: usize) -> bool {
    round.is_multiple_of(2)
}

//! Mailboxes that hold something before they are looked into: up to a million deliveries, written as rows.

use anyhow::{Context as _, Result};
use portal::{
    ports::clock::{Clock as _, SystemClock},
    storage::{Engine, Key as _},
};
use sqlx::AssertSqlSafe;
use tokio::time::Instant;
use uuid::Uuid;
use wire::Millis;

use crate::{
    people::{self, Person},
    site::Site,
    stationery::Stationery,
};

/// How many rows are written at once.
const CHUNK: u64 = 100_000;

/// Ids of deliveries and messages: these bytes, then a number.
const PREFIX: u64 = 0x0199_0000_0000_7000;

/// A mailbox that was filled, and whose it is.
pub struct Filled {
    pub owner: Person,
    first: u64,
    pub count: u64,
}

impl Filled {
    /// Some delivery between a tenth and nine tenths of the mailbox, another one each time.
    pub fn middle(&self, round: u64) -> Uuid {
        let tenth = self.count / 10;
        Uuid::from_u64_pair(PREFIX, self.first + tenth + round.wrapping_mul(7_919_003) % (8 * tenth))
    }
}

/// Somebody for each of these counts, with as many deliveries, all in the site's one database.
pub async fn settle<const N: usize>(site: &Site, counts: [u64; N]) -> Result<[Filled; N]> {
    let now = SystemClock.now();
    let owners = people::settle(&site.store, "reader", N, now).await?;
    let stationery = Stationery::seal(&owners, now)?;
    let begun = Instant::now();
    let (mut all, mut first) = (Vec::new(), 0);
    for (owner, count) in owners.into_iter().zip(counts) {
        let filled = Filled { owner, first, count };
        fill(site, &filled, &stationery, now).await?;
        first += count;
        all.push(filled);
    }
    settle_down(site).await?;
    eprintln!(
        "bench: {first} deliveries on {} in {:.0} s",
        site.name(),
        begun.elapsed().as_secs_f64()
    );
    all.try_into().ok().context("somebody is missing")
}

/// Writes messages that somebody got, of a real size, with all that there is a row of for each: so whatever grows with
/// them is seen to. But their bodies: nothing that is measured here looks at them.
async fn fill(site: &Site, filled: &Filled, stationery: &Stationery, now: Millis) -> Result<()> {
    let (numbers, id) = match site.engine {
        Engine::Sqlite => (
            "WITH RECURSIVE n(i) AS (VALUES ($1) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2)",
            format!("unhex(format('{PREFIX:016x}%016x', i))"),
        ),
        Engine::Postgres => (
            "WITH n AS (SELECT generate_series($1, $2 - 1) AS i)",
            format!("decode('{PREFIX:016x}' || lpad(to_hex(i), 16, '0'), 'hex')"),
        ),
    };
    let messages = format!(
        "{numbers} INSERT INTO messages (id, sender, sender_address, sender_name, sender_fingerprint, sent_at, \
         to_addresses, in_reply_to, cover, files, size) \
         SELECT {id}, $3, $4, 'Dr Anna Berg', $5, $6 + i, $7, NULL, $8, 0, 4000 FROM n"
    );
    let deliveries = format!(
        "{numbers} INSERT INTO deliveries (id, mailbox, message, folder, key_packet, read_at) \
         SELECT {id}, $3, {id}, 'inbox', $4, NULL FROM n"
    );
    let participants = format!(
        "{numbers} INSERT INTO participants (message, position, role, address, account, delivery) \
         SELECT {id}, 0, 'to', $3, $4, {id} FROM n"
    );
    let mails = format!(
        "{numbers} INSERT INTO outbox (id, kind, address, account, sender_name, delivery, created_at, attempts, sent_at) \
         SELECT {id}, 'notification', $3, $4, 'Dr Anna Berg', {id}, $5 + i, 1, $5 + i FROM n"
    );
    let changes = format!(
        r#"{numbers} INSERT INTO changes (account, seq, change)
         SELECT $3, i + 1, '{{"kind":"delivery","id":"{}"}}' FROM n"#,
        Uuid::max()
    );
    let Filled { owner, first, count } = filled;
    let (account, address) = (owner.account.key(), &owner.address);
    let to = serde_json::to_string(&[address])?;
    for from in (*first..first + count).step_by(CHUNK as usize) {
        let until = (from + CHUNK).min(first + count);
        let mut unit = site.store.begin().await?;
        if site.engine == Engine::Postgres {
            // A foreign key looked up for each of millions of rows would take longer than all that is measured.
            sqlx::query("SET LOCAL session_replication_role = replica")
                .execute(&mut *unit)
                .await?;
        }
        let (from, until) = (i64::try_from(from)?, i64::try_from(until)?);
        let some = |sql: &str| sqlx::query(AssertSqlSafe(sql.to_owned())).bind(from).bind(until);
        for rows in [
            some(&messages)
                .bind(account)
                .bind(address)
                .bind(&owner.fingerprint)
                .bind(now)
                .bind(&to)
                .bind(&stationery.cover[..]),
            some(&deliveries)
                .bind(owner.mailbox.key())
                .bind(&stationery.packets[0][..]),
            some(&participants).bind(address).bind(account),
            some(&mails).bind(address).bind(account).bind(now),
            some(&changes).bind(account),
        ] {
            rows.execute(&mut *unit).await?;
        }
        sqlx::query("UPDATE accounts SET change_seq = $2 WHERE id = $1")
            .bind(account)
            .bind(until)
            .execute(&mut *unit)
            .await?;
        unit.commit().await?;
    }
    Ok(())
}

/// Does what either engine would do by itself within minutes.
async fn settle_down(site: &Site) -> Result<()> {
    let statements: &[&'static str] = match site.engine {
        Engine::Sqlite => &["PRAGMA wal_checkpoint(TRUNCATE)"],
        Engine::Postgres => &["VACUUM (ANALYZE)", "CHECKPOINT"],
    };
    for &statement in statements {
        sqlx::query(statement).execute(&mut *site.store.read().await?).await?;
    }
    Ok(())
}

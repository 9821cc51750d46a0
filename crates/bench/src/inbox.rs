//! A page of the Inbox, with a thousand deliveries in the mailbox and with a million.

use anyhow::{Result, ensure};
use portal::{
    clock::{Clock as _, SystemClock},
    storage::{Engine, Key as _},
};
use sqlx::AssertSqlSafe;
use tokio::time::Instant;
use uuid::Uuid;
use wire::Millis;

use crate::{
    line::Line,
    people::{self, Person},
    report::{Report, ratio, time},
    samples::Samples,
    site::Site,
    stationery::Stationery,
};

const FEW: u64 = 1_000;
const MANY: u64 = 1_000_000;

/// How many rows are written at once.
const CHUNK: u64 = 100_000;

const WARM_UP: u64 = 30;
const ASKED: u64 = 300;

/// Ids of deliveries and messages: these bytes, then a number.
const PREFIX: u64 = 0x0199_0000_0000_7000;

/// A mailbox that was filled, and who looks into it.
struct Filled {
    owner: Person,
    first: u64,
    count: u64,
}

pub async fn measure(sites: &[Site], report: &mut Report) -> Result<()> {
    let mut table = Vec::new();
    for site in sites {
        let now = SystemClock.now();
        let mut owners = people::settle(&site.store, "reader", 2, now).await?;
        let stationery = Stationery::seal(&owners, now)?;
        let (many, few) = (owners.pop(), owners.pop());
        let (Some(few), Some(many)) = (few, many) else { continue };
        let begun = Instant::now();
        let few = fill(site, few, &stationery, 0, FEW, now).await?;
        let many = fill(site, many, &stationery, FEW, MANY, now).await?;
        settle_down(site).await?;
        eprintln!(
            "bench: {} filled in {:.0} s",
            site.name(),
            begun.elapsed().as_secs_f64()
        );
        table.extend(pages(site, &few, &many).await?);
    }
    report.heading("A page of 50 of the Inbox");
    report.paragraph(format!(
        "`GET /deliveries` over loopback, {ASKED} times each in turn, in a database that holds both mailboxes: the newest \
         page, and pages all over the middle. Goal: a ratio of at most 1.5.",
    ));
    report.table(
        [
            "page, engine",
            "1 000: p50",
            "p99",
            "1 000 000: p50",
            "p99",
            "ratio of p50",
            "of p99",
        ],
        table,
    );
    Ok(())
}

async fn pages(site: &Site, few: &Filled, many: &Filled) -> Result<Vec<[String; 7]>> {
    let mut line = Line::open(site.host()).await?;
    let mut taken: [Samples; 4] = Default::default();
    for round in 0..WARM_UP + ASKED {
        let asks = [
            (few, None),
            (many, None),
            (few, Some(middle(few, round))),
            (many, Some(middle(many, round))),
        ];
        for ((mailbox, before), samples) in asks.into_iter().zip(&mut taken) {
            let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
            let authorization = mailbox.owner.authorization();
            let headers = [("authorization", authorization.as_str())];
            let begun = Instant::now();
            let page = line
                .get(&format!("/deliveries?folder=inbox&limit=50{before}"), &headers)
                .await?;
            let took = begun.elapsed();
            if round >= WARM_UP {
                samples.add(took);
            } else {
                let page: wire::mailbox::Page = serde_json::from_slice(&page)?;
                ensure!(page.deliveries.len() == 50, "a page of {}", page.deliveries.len());
            }
        }
    }
    let [newest_few, newest_many, middle_few, middle_many] = &taken;
    let row = |what: &str, few: &Samples, many: &Samples| {
        let times = |share| {
            (
                few.percentile(share).as_secs_f64(),
                many.percentile(share).as_secs_f64(),
            )
        };
        let (half, most) = (times(0.50), times(0.99));
        [
            format!("{what}, {}", site.name()),
            time(few.p50()),
            time(few.p99()),
            time(many.p50()),
            time(many.p99()),
            ratio(half.1 / half.0),
            ratio(most.1 / most.0),
        ]
    };
    Ok(vec![
        row("newest", newest_few, newest_many),
        row("middle", middle_few, middle_many),
    ])
}

/// Some delivery between a tenth and nine tenths of the mailbox, another one each time.
fn middle(mailbox: &Filled, round: u64) -> Uuid {
    let tenth = mailbox.count / 10;
    Uuid::from_u64_pair(
        PREFIX,
        mailbox.first + tenth + round.wrapping_mul(7_919_003) % (8 * tenth),
    )
}

/// Writes deliveries of a real size. Their bodies are left out: no list looks at them.
async fn fill(
    site: &Site,
    owner: Person,
    stationery: &Stationery,
    first: u64,
    count: u64,
    now: Millis,
) -> Result<Filled> {
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
    let to = serde_json::to_string(&[&owner.address])?;
    for from in (first..first + count).step_by(CHUNK as usize) {
        let until = (from + CHUNK).min(first + count);
        let mut unit = site.store.begin().await?;
        if site.engine == Engine::Postgres {
            // A foreign key looked up for each of millions of rows would take longer than all that is measured.
            sqlx::query("SET LOCAL session_replication_role = replica")
                .execute(&mut *unit)
                .await?;
        }
        sqlx::query(AssertSqlSafe(messages.clone()))
            .bind(i64::try_from(from)?)
            .bind(i64::try_from(until)?)
            .bind(owner.account.key())
            .bind(&owner.address)
            .bind(&owner.fingerprint)
            .bind(now)
            .bind(&to)
            .bind(&stationery.cover[..])
            .execute(&mut *unit)
            .await?;
        sqlx::query(AssertSqlSafe(deliveries.clone()))
            .bind(i64::try_from(from)?)
            .bind(i64::try_from(until)?)
            .bind(owner.mailbox.key())
            .bind(&stationery.packets[0][..])
            .execute(&mut *unit)
            .await?;
        unit.commit().await?;
    }
    Ok(Filled { owner, first, count })
}

/// Does what either engine would do by itself within minutes.
async fn settle_down(site: &Site) -> Result<()> {
    let statements: &[&'static str] = match site.engine {
        Engine::Sqlite => &["PRAGMA wal_checkpoint(TRUNCATE)"],
        Engine::Postgres => &["VACUUM (ANALYZE) messages", "VACUUM (ANALYZE) deliveries", "CHECKPOINT"],
    };
    for &statement in statements {
        sqlx::query(statement).execute(&mut *site.store.read().await?).await?;
    }
    Ok(())
}

//! Messages accepted durably a second, against the same rows without a portal.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use portal::ports::clock::{Clock as _, SystemClock};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    line::Line,
    people::{self, Person},
    report::{Report, number, ratio, time},
    rows::{self, Ids},
    samples::{Rates, Samples},
    site::Site,
    stationery::Stationery,
};

const SENDERS: usize = 16;
const RECIPIENTS: usize = 160;
const WARM_UP: Duration = Duration::from_millis(500);
const ROUND: Duration = Duration::from_millis(1_500);
const ROUNDS: usize = 3;

/// How many send at once, and to how many each message goes.
const CELLS: [(usize, usize); 4] = [(1, 1), (1, 10), (16, 1), (16, 10)];

/// What is sent and by whom: the first [`SENDERS`] people write to the others.
struct Town {
    people: Vec<Person>,
    stationery: Stationery,
}

impl Town {
    /// Whom a sender's message goes to: in turn, so that messages of several senders meet at some recipients and not at
    /// others.
    fn recipients(&self, sender: usize, message: usize, count: usize) -> Vec<usize> {
        let first = sender * 10 + message * 7;
        (0..count).map(|next| SENDERS + (first + next) % RECIPIENTS).collect()
    }
}

#[derive(Default)]
struct Round {
    rate: f64,
    samples: Samples,
}

/// The two ways to store a message.
#[derive(Clone, Copy)]
enum Way {
    Portal,
    Rows,
}

#[derive(Default)]
struct Figures {
    rates: Rates,
    samples: Samples,
}

impl Figures {
    fn add(&mut self, round: Round) {
        self.rates.0.push(round.rate);
        self.samples.append(round.samples);
    }
}

pub async fn measure(sites: &mut [Site], report: &mut Report) -> Result<()> {
    let mut towns = Vec::new();
    for site in sites.iter() {
        let now = SystemClock.now();
        let people = people::settle(&site.store, "writer", SENDERS + RECIPIENTS, now).await?;
        let stationery = Stationery::seal(&people, now)?;
        towns.push(Arc::new(Town { people, stationery }));
    }
    let mut table = Vec::new();
    for cell in CELLS {
        for (site, town) in sites.iter().zip(&towns) {
            table.push(row(site, town, cell).await?);
        }
    }
    let notified = with_mail(sites, &towns).await?;

    report.heading("Messages accepted durably");
    report.paragraph(format!(
        "A letter of 2 kB ({} bytes sealed, cover {}, key packet {}). *Portal*: `POST /messages` over loopback on \
         connections that stay open, answered once it is on the disk. *Rows*: the same rows in one unit of work a \
         message, from as many tasks, without HTTP and without a question asked. {ROUNDS} rounds of each in turn; the \
         median round. Goal: a ratio of at most 2.",
        towns[0].stationery.body.len(),
        towns[0].stationery.cover.len(),
        towns[0].stationery.packets[0].len(),
    ));
    report.table(
        [
            "senders, recipients, engine",
            "portal /s",
            "p50",
            "p99",
            "rows /s",
            "p50",
            "p99",
            "ratio",
        ],
        table,
    );
    report.paragraph(
        "For those figures the mail system was kept from answering. While notifications go out to one that answers at \
         once, 16 senders, one recipient:",
    );
    report.table(["engine", "portal /s", "p50", "p99", "mails /s"], notified);
    Ok(())
}

async fn row(site: &Site, town: &Arc<Town>, cell: (usize, usize)) -> Result<[String; 8]> {
    for way in [Way::Portal, Way::Rows] {
        round(site, town, cell, way, WARM_UP).await?;
    }
    let (mut portal, mut rows) = (Figures::default(), Figures::default());
    for _ in 0..ROUNDS {
        portal.add(round(site, town, cell, Way::Portal, ROUND).await?);
        rows.add(round(site, town, cell, Way::Rows, ROUND).await?);
    }
    empty_outbox(site).await?;
    let (senders, recipients) = cell;
    Ok([
        format!("{senders}, {recipients}, {}", site.name()),
        number(portal.rates.median()),
        time(portal.samples.p50()),
        time(portal.samples.p99()),
        number(rows.rates.median()),
        time(rows.samples.p50()),
        time(rows.samples.p99()),
        ratio(rows.rates.median() / portal.rates.median()),
    ])
}

/// Everybody sends until the time is over.
async fn round(site: &Site, town: &Arc<Town>, cell: (usize, usize), way: Way, length: Duration) -> Result<Round> {
    let (senders, recipients) = cell;
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for sender in 0..senders {
        let town = town.clone();
        match way {
            Way::Portal => {
                let host = site.host().to_owned();
                tasks.spawn(async move { over_http(&town, &host, sender, recipients, begun + length).await })
            }
            Way::Rows => {
                let store = site.store.clone();
                tasks.spawn(async move { as_rows(&town, &store, sender, recipients, begun + length).await })
            }
        };
    }
    let mut samples = Samples::default();
    while let Some(sent) = tasks.join_next().await {
        samples.append(sent??);
    }
    Ok(Round {
        rate: samples.len() as f64 / begun.elapsed().as_secs_f64(),
        samples,
    })
}

async fn over_http(town: &Town, host: &str, sender: usize, count: usize, until: Instant) -> Result<Samples> {
    let mut line = Line::open(host).await?;
    let person = &town.people[sender];
    let (authorization, account) = (person.authorization(), person.account.to_string());
    let mut ids = Ids::new(&format!("http {sender} {count}"));
    let mut samples = Samples::default();
    for number in 0.. {
        let message = ids.next(SystemClock.now());
        let key = message.to_string();
        let recipients = town.recipients(sender, number, count);
        let request = town.stationery.request(&town.people, message, sender, &recipients);
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        let headers = [
            ("authorization", authorization.as_str()),
            (wire::ACCOUNT_HEADER, account.as_str()),
            ("idempotency-key", key.as_str()),
        ];
        line.post("/messages", &headers, request).await?;
        samples.add(begun.elapsed());
    }
    Ok(samples)
}

async fn as_rows(
    town: &Town,
    store: &portal::storage::Store,
    sender: usize,
    count: usize,
    until: Instant,
) -> Result<Samples> {
    let mut ids = Ids::new(&format!("rows {sender} {count}"));
    let mut samples = Samples::default();
    for number in 0.. {
        let recipients = town.recipients(sender, number, count);
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        let now = SystemClock.now();
        rows::write(
            store,
            &town.people,
            &town.stationery,
            &mut ids,
            now,
            (sender, &recipients),
        )
        .await?;
        samples.add(begun.elapsed());
    }
    Ok(samples)
}

/// The same with a mail system that answers: what the outbox costs those who send.
async fn with_mail(sites: &mut [Site], towns: &[Arc<Town>]) -> Result<Vec<[String; 5]>> {
    let mut table = Vec::new();
    for (site, town) in sites.iter_mut().zip(towns) {
        // A portal that was kept waiting for its mail system comes back to it later.
        site.restart().await?;
        site.sink.answer(true);
        round(site, town, (16, 1), Way::Portal, WARM_UP).await?;
        let (begun, before) = (Instant::now(), site.sink.taken());
        let sent = round(site, town, (16, 1), Way::Portal, 2 * ROUND).await?;
        let mails = (site.sink.taken() - before) as f64 / begun.elapsed().as_secs_f64();
        empty_outbox(site).await?;
        site.sink.answer(false);
        let name = site.name().to_owned();
        table.push([
            name,
            number(sent.rate),
            time(sent.samples.p50()),
            time(sent.samples.p99()),
            number(mails),
        ]);
    }
    Ok(table)
}

/// Lets no mail wait that would go out into the next measurement.
pub async fn empty_outbox(site: &Site) -> Result<()> {
    let mut unit = site.store.begin().await?;
    sqlx::query("UPDATE outbox SET next_at = NULL WHERE next_at IS NOT NULL")
        .execute(&mut *unit)
        .await?;
    unit.commit().await?;
    Ok(())
}

//! Measures a portal: `make bench`.
//!
//! Everything in one run, on both engines, with what it is compared to measured in between: two runs on two days, or a
//! figure and its yardstick minutes apart, are not comparable. Workloads are the same each time; a time is never
//! asserted. Markdown goes to standard output, progress to standard error.

mod browser;
mod dovecot;
mod files;
mod filled;
mod inbox;
mod line;
mod machine;
mod migration;
mod people;
mod report;
mod rows;
mod samples;
mod sealing;
mod sending;
mod signing_in;
mod sink;
mod site;
mod stationery;
mod streams;

use std::time::Duration;

use anyhow::{Result, bail};
use portal::storage::Engine;
use report::Report;
use site::Site;

/// What can be measured, in this order; names on the command line choose.
const PARTS: [&str; 9] = [
    "sealing",
    "sending",
    "inbox",
    "migration",
    "sign-in",
    "streams",
    "files",
    "browser",
    "memory",
];

#[tokio::main]
async fn main() -> Result<()> {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = chosen.iter().find(|name| !PARTS.contains(&name.as_str())) {
        bail!("there is no part {unknown:?}: choose from {}", PARTS.join(", "));
    }
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|one| one == name);
    let begun = tokio::time::Instant::now();
    let mut report = Report::default();
    report.paragraph(machine::describe().await?);

    let mut sites = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        sites.push(Site::found(engine).await?);
    }
    // Before anything has warmed the process up.
    if wanted("memory") {
        progress("memory of an idle portal");
        streams::idle(&sites, &mut report).await?;
    }
    if wanted("sealing") {
        progress("sealing and opening");
        sealing::measure(&mut report)?;
    }
    if wanted("sending") {
        progress("sending");
        sending::measure(&mut sites, &mut report).await?;
    }
    if wanted("sign-in") {
        progress("signing in");
        signing_in::measure(&sites, &mut report).await?;
    }
    if wanted("streams") {
        progress("event streams");
        streams::measure(&mut sites, &mut report).await?;
    }
    if wanted("files") {
        progress("files");
        files::measure(&mut sites, &mut report).await?;
    }
    if wanted("browser") {
        progress("browser");
        browser::measure(&sites[0], &mut report).await?;
    }
    let mut houses = Vec::new();
    if wanted("inbox") || wanted("migration") {
        progress("filling mailboxes");
        for site in &sites {
            houses.push((site, filled::settle(site, [migration::FEW, 1_000, 1_000_000]).await?));
        }
    }
    if wanted("inbox") {
        progress("lists of a million deliveries");
        let houses = houses
            .iter()
            .map(|(site, [_, thousand, million])| (*site, thousand, million));
        inbox::measure(houses, &mut report).await?;
    }
    if wanted("migration") {
        progress("another address");
        let houses = houses.iter().map(|(site, [few, _, million])| (*site, few, million));
        migration::measure(houses, &mut report).await?;
    }
    for site in sites {
        site.end().await?;
    }
    let took = Duration::from_secs(begun.elapsed().as_secs());
    report.paragraph(format!(
        "All of it took {} min {} s.",
        took.as_secs() / 60,
        took.as_secs() % 60
    ));
    print!("{report}");
    Ok(())
}

fn progress(what: &str) {
    eprintln!("bench: {what}");
}

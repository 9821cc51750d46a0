//! What a browser fetches, and how soon somebody reads.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, bail};
use client::Outgoing;
use serde::Deserialize;
use tokio::process::Command;

use crate::{
    report::{Report, megabytes, time},
    samples::Samples,
    sending::empty_outbox,
    site::Site,
};

const MESSAGES: usize = 60;

/// What `journeys/bench.mjs` answers; times in milliseconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Told {
    browser: String,
    first_load: Vec<Fetched>,
    sign_in_page: Vec<f64>,
    signed_in: Vec<f64>,
    reloaded: Vec<f64>,
}

/// A file of the first load. `sent` is what went over the wire.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fetched {
    name: String,
    plain: u64,
    gzip: u64,
    brotli: u64,
    sent: u64,
}

pub async fn measure(site: &Site, report: &mut Report) -> Result<()> {
    let (reader, writer) = ("reader@browser.test", "writer@browser.test");
    site.register("Gina Marsh", reader).await?;
    let session = site.register("Dr Anna Berg", writer).await?;
    for number in 0..MESSAGES {
        let letter = Outgoing::new(format!("Blood test {number}"))
            .to(reader.parse()?)
            .text("Dear Gina,\n\nall is well.\n");
        session.send(letter).await?;
    }
    empty_outbox(site).await?;
    let told = ask_browser(site, reader).await?;

    let sum = |files: &mut dyn Iterator<Item = &Fetched>| {
        files.fold([0; 4], |sum, file| {
            [
                sum[0] + file.plain,
                sum[1] + file.gzip,
                sum[2] + file.brotli,
                sum[3] + file.sent,
            ]
        })
    };
    let is_vault = |file: &&Fetched| file.name.ends_with(".wasm");
    let pages = sum(&mut told.first_load.iter().filter(|file| !is_vault(file)));
    let vault = sum(&mut told.first_load.iter().filter(is_vault));
    let both = sum(&mut told.first_load.iter());
    let row = |what: &str, [plain, gzip, brotli, sent]: [u64; 4]| {
        [
            what.to_owned(),
            megabytes(plain),
            megabytes(gzip),
            megabytes(brotli),
            megabytes(sent),
        ]
    };
    report.heading("The first load");
    report.paragraph(format!(
        "What {} fetches of the web client, with an empty cache, until the Inbox of somebody who signs in can be read \
         ({} files). Goal: together below 1.5 MB compressed.",
        told.browser,
        told.first_load.len(),
    ));
    report.table(
        ["what", "plain", "gzip -9", "brotli -q 11", "as the portal sends it"],
        [
            row("pages, scripts, styles", pages),
            row("the vault's module", vault),
            row("together", both),
        ],
    );

    let row = |what: &str, millis: &[f64]| {
        let mut samples = Samples::default();
        millis
            .iter()
            .for_each(|&ms| samples.add(Duration::from_secs_f64(ms / 1e3)));
        [what.to_owned(), time(samples.p50()), time(samples.percentile(1.0))]
    };
    report.heading("Time to a readable Inbox");
    report.paragraph(format!(
        "In {}, an Inbox of {MESSAGES} messages, {} times each. Read means: the first subject, opened from its cover and \
         verified, stands on the page.",
        told.browser,
        told.reloaded.len(),
    ));
    report.table(
        ["from, to", "p50", "most"],
        [
            row("an address typed, empty cache, to the sign-in page", &told.sign_in_page),
            row("\"Sign in\" pressed, to read", &told.signed_in),
            row("a signed-in page reloaded, to read", &told.reloaded),
        ],
    );
    Ok(())
}

async fn ask_browser(site: &Site, address: &str) -> Result<Told> {
    let script = Path::new("journeys/bench.mjs");
    if !script.exists() {
        bail!("run this in the checkout: {} is not here", script.display());
    }
    let output = Command::new("node")
        .arg(script)
        .args([site.url().as_str(), address, site.password()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .context("Node is not here: run `tools/setup node browser`")?;
    if !output.status.success() {
        bail!("the browser's part ended with {}", output.status);
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

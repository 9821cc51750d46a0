//! Sign-ins a second, as the portal sees them.

use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use serde_json::json;
use tokio::{task::JoinSet, time::Instant};
use vault::password::SignIn;
use wire::sessions::SignInStarted;

use crate::{
    line::Line,
    report::{Report, number, time},
    samples::Samples,
    site::Site,
};

const PEOPLE: usize = 16;

/// Fewer than an address may be tried before tries have to wait.
const EACH: usize = 3;

const ROUNDS: usize = 4;

#[derive(Default)]
struct Figures {
    starts: Samples,
    finishes: Samples,
    client: Samples,
    /// What all rounds took, without the clients' own work.
    took: Duration,
    count: usize,
}

/// What one person has in hand between the two requests.
struct Halfway {
    person: usize,
    attempt: SignIn,
    started: SignInStarted,
}

pub async fn measure(sites: &[Site], report: &mut Report) -> Result<()> {
    let mut table = Vec::new();
    for site in sites {
        for person in 0..PEOPLE {
            site.register("Somebody", &address(person)).await?;
        }
        let mut figures = Figures::default();
        for number in 0..=ROUNDS {
            let round = round(site, number).await?;
            // The first one warms up.
            if number > 0 {
                figures.add(round);
            }
        }
        table.push([
            site.name().to_owned(),
            number(figures.count as f64 / figures.took.as_secs_f64()),
            time(figures.starts.p50()),
            time(figures.starts.p99()),
            time(figures.finishes.p50()),
            time(figures.finishes.p99()),
            time(figures.client.p50()),
        ]);
    }
    report.heading("Signing in");
    report.paragraph(format!(
        "Both requests of OPAQUE, from {PEOPLE} at once. What a client does between them (Argon2id, 64 MiB) is done apart \
         and stands in the last column; a browser on the same machine takes longer for it.",
    ));
    report.table(
        [
            "engine",
            "sign-ins /s",
            "first request p50",
            "p99",
            "second request p50",
            "p99",
            "the client's own",
        ],
        table,
    );
    Ok(())
}

fn address(person: usize) -> String {
    format!("person{person}@clinic.test")
}

/// Everybody signs in a few times: all first halves, then what clients do, then all second halves.
async fn round(site: &Site, number: usize) -> Result<Figures> {
    let mut figures = Figures::default();
    let begun = Instant::now();
    let mut starting = JoinSet::new();
    for person in 0..PEOPLE {
        let (host, password) = (site.host().to_owned(), site.password());
        starting.spawn(async move { start(&host, person, number, password).await });
    }
    let mut halfway = Vec::new();
    while let Some(started) = starting.join_next().await {
        let (mut these, samples) = started??;
        halfway.append(&mut these);
        figures.starts.append(samples);
    }
    figures.took += begun.elapsed();

    let mut proofs = vec![Vec::new(); PEOPLE];
    for Halfway {
        person,
        attempt,
        started,
    } in halfway
    {
        let (response, setup, known) = (
            started.credential_response.0,
            started.setup.clone(),
            site.known_portal()?,
        );
        let work = move || {
            let begun = Instant::now();
            let proof = attempt.finish(&response, &setup, &known, &mut ChaCha20Rng::seed_from_u64(7));
            (proof, begun.elapsed())
        };
        let (proof, took) = tokio::task::spawn_blocking(work).await?;
        figures.client.add(took);
        let body = json!({
            "sign_in": started.sign_in, "credential_finalization": STANDARD.encode(proof?.0), "carrier": "bearer",
        });
        proofs[person].push(Bytes::from(body.to_string()));
    }

    let begun = Instant::now();
    let mut finishing = JoinSet::new();
    for bodies in proofs {
        let host = site.host().to_owned();
        finishing.spawn(async move { finish(&host, bodies).await });
    }
    while let Some(finished) = finishing.join_next().await {
        figures.finishes.append(finished??);
    }
    figures.took += begun.elapsed();
    figures.count = figures.finishes.len();
    Ok(figures)
}

async fn start(host: &str, person: usize, round: usize, password: &str) -> Result<(Vec<Halfway>, Samples)> {
    let mut line = Line::open(host).await?;
    let mut rng = ChaCha20Rng::seed_from_u64(person as u64);
    let (mut halfway, mut samples) = (Vec::new(), Samples::default());
    for attempt in 0..EACH {
        // A network each: one may not try so often.
        let network = format!("10.{round}.{person}.{attempt}");
        let (attempt, request) = SignIn::start(password, &mut rng)?;
        let body = json!({ "address": address(person), "credential_request": STANDARD.encode(request) });
        let begun = Instant::now();
        let answer = line
            .post(
                "/sign-ins",
                &[("x-forwarded-for", &network)],
                Bytes::from(body.to_string()),
            )
            .await?;
        samples.add(begun.elapsed());
        let started = serde_json::from_slice(&answer).context("no sign-in was started")?;
        halfway.push(Halfway {
            person,
            attempt,
            started,
        });
    }
    Ok((halfway, samples))
}

async fn finish(host: &str, bodies: Vec<Bytes>) -> Result<Samples> {
    let mut line = Line::open(host).await?;
    let mut samples = Samples::default();
    for body in bodies {
        let begun = Instant::now();
        line.post("/sessions", &[], body).await?;
        samples.add(begun.elapsed());
    }
    Ok(samples)
}

impl Figures {
    fn add(&mut self, round: Self) {
        self.starts.append(round.starts);
        self.finishes.append(round.finishes);
        self.client.append(round.client);
        self.took += round.took;
        self.count += round.count;
    }
}

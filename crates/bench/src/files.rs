//! A file of 100 MB up and down, against copying it.

use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use certificate::{ENCRYPTED_DATA_HEAD, ENCRYPTED_DATA_TYPE};
use http_body_util::BodyExt as _;
use portal::{
    ports::clock::{Clock as _, SystemClock},
    storage::Key as _,
};
use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use tokio::{fs::File, io::AsyncWriteExt as _, time::Instant};
use tokio_util::io::ReaderStream;
use wire::{ACCOUNT_HEADER, Sha256};

use crate::{
    line::{Line, pieces},
    people::{self, Person},
    report::{Report, megabytes, ratio, time},
    rows::Ids,
    samples::Samples,
    site::Site,
    stationery::Stationery,
};

pub const SIZE: usize = 100_000_000;
const ROUNDS: usize = 5;

/// How much is read at a time, by all.
const PIECE: usize = 256 << 10;

pub async fn measure(sites: &mut [Site], report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("source");
    // Behind their frame and head, sealed bytes cannot be told from random ones.
    let mut bytes = vec![0; SIZE];
    ChaCha20Rng::seed_from_u64(100).fill_bytes(&mut bytes);
    bytes[..2].copy_from_slice(&[0xC0 | ENCRYPTED_DATA_TYPE, 255]);
    bytes[2..6].copy_from_slice(&u32::try_from(SIZE - 6)?.to_be_bytes());
    bytes[6..10].copy_from_slice(&ENCRYPTED_DATA_HEAD);
    std::fs::write(&source, &bytes)?;
    let sha256 = Sha256::of(&bytes);
    drop(bytes);

    let mut table = Vec::new();
    for site in sites {
        // Its memory from here on is what files take.
        site.restart().await?;
        let before = site.memory()?;
        let now = SystemClock.now();
        let people = people::settle(&site.store, "archivist", 1, now).await?;
        let owner = people.first().context("nobody to send files")?;
        let mut line = Line::open(site.host()).await?;
        up(&mut line, owner, &source, sha256).await?;
        let delivery = name_in_a_message(site, &people, sha256).await?;
        let copies = [folder.path().join("copied"), folder.path().join("fetched")];
        let mut taken: [Samples; 3] = Default::default();
        for _ in 0..ROUNDS {
            let (from, to) = (source.clone(), copies[0].clone());
            taken[0].add(tokio::task::spawn_blocking(move || copy(from, to)).await??);
            taken[1].add(up(&mut line, owner, &source, sha256).await?);
            taken[2].add(down(&mut line, owner, &delivery, sha256, &copies[1]).await?);
        }
        let [copying, up, down] = taken.map(|samples| samples.p50());
        let against = |took: Duration| ratio(took.as_secs_f64() / copying.as_secs_f64());
        table.push([
            site.name().to_owned(),
            time(copying),
            time(up),
            against(up),
            time(down),
            against(down),
            megabytes(site.most_memory()?.saturating_sub(before)),
        ]);
    }
    report.heading("A file of 100 MB");
    report.paragraph(format!(
        "Raw sealed bytes over loopback, from a file and into a file, medians of {ROUNDS} in turn. *Copying* reads the \
         file, writes another and ends with fsync; so does the portal on the way up, which hashes every byte as well, \
         and so does the client on the way down. The last column is the most that \
         the portal's memory grew.",
    ));
    report.table(["engine", "copying", "up", "ratio", "down", "ratio", "memory"], table);
    Ok(())
}

fn copy(from: PathBuf, to: PathBuf) -> Result<Duration> {
    let _ = std::fs::remove_file(&to);
    let begun = Instant::now();
    let (mut source, mut target) = (std::fs::File::open(from)?, std::fs::File::create(to)?);
    let mut piece = vec![0; PIECE];
    loop {
        match source.read(&mut piece)? {
            0 => break,
            read => target.write_all(&piece[..read])?,
        }
    }
    target.sync_all()?;
    Ok(begun.elapsed())
}

async fn up(line: &mut Line, owner: &Person, source: &Path, sha256: Sha256) -> Result<Duration> {
    let begun = Instant::now();
    let file = File::open(source).await?;
    let length = file.metadata().await?.len().to_string();
    let body = pieces(ReaderStream::with_capacity(file, PIECE));
    let (authorization, account) = (owner.authorization(), owner.account.to_string());
    let headers = [
        ("authorization", authorization.as_str()),
        (ACCOUNT_HEADER, account.as_str()),
        ("content-type", "application/octet-stream"),
        ("content-length", length.as_str()),
    ];
    let answer = line.ask("PUT", &format!("/blobs/{sha256}"), &headers, body).await?;
    let took = begun.elapsed();
    answer.into_body().collect().await?;
    Ok(took)
}

async fn down(line: &mut Line, owner: &Person, delivery: &str, sha256: Sha256, target: &Path) -> Result<Duration> {
    let _ = std::fs::remove_file(target);
    let begun = Instant::now();
    let authorization = owner.authorization();
    let path = format!("/deliveries/{delivery}/files/{sha256}");
    let answer = line
        .ask(
            "GET",
            &path,
            &[("authorization", &authorization)],
            crate::line::whole(Bytes::new()),
        )
        .await?;
    let mut file = File::create(target).await?;
    let (mut body, mut read) = (answer.into_body(), 0);
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame?.into_data() {
            read += piece.len();
            file.write_all(&piece).await?;
        }
    }
    file.flush().await?;
    file.sync_all().await?;
    ensure!(read == SIZE, "{read} bytes came down");
    Ok(begun.elapsed())
}

/// Sends oneself a message with the file; answers its delivery.
async fn name_in_a_message(site: &Site, people: &[Person], sha256: Sha256) -> Result<String> {
    let now = SystemClock.now();
    let owner = people.first().context("nobody to send files")?;
    let stationery = Stationery::seal(people, now)?;
    let (message, delivery) = {
        let mut ids = Ids::new("file");
        (ids.next(now), ids.next(now))
    };
    let mut unit = site.store.begin().await?;
    sqlx::query(
        "INSERT INTO messages (id, sender, sender_address, sender_name, sender_fingerprint, sent_at, to_addresses, \
         cover, files, size) VALUES ($1, $2, $3, 'Somebody', $4, $5, '[]', $6, 1, $7)",
    )
    .bind(&message.as_bytes()[..])
    .bind(owner.account.key())
    .bind(&owner.address)
    .bind(&owner.fingerprint)
    .bind(now)
    .bind(&stationery.cover[..])
    .bind(SIZE as i64)
    .execute(&mut *unit)
    .await?;
    sqlx::query("INSERT INTO message_files (message, position, sha256) VALUES ($1, 0, $2)")
        .bind(&message.as_bytes()[..])
        .bind(sha256.key())
        .execute(&mut *unit)
        .await?;
    sqlx::query("INSERT INTO deliveries (id, mailbox, message, folder, key_packet) VALUES ($1, $2, $3, 'inbox', $4)")
        .bind(&delivery.as_bytes()[..])
        .bind(owner.mailbox.key())
        .bind(&message.as_bytes()[..])
        .bind(&stationery.packets[0][..])
        .execute(&mut *unit)
        .await?;
    unit.commit().await?;
    Ok(delivery.to_string())
}

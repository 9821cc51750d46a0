//! What the vault takes, on this machine's own processor.

use std::{
    hint::black_box,
    io::{Read, copy, sink},
};

use anyhow::Result;
use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use tokio::time::Instant;
use uuid::Uuid;
use vault::{FileOpener, FileRef, FileSealer, Readers, SealedMessage, Vault};
use wire::ids::{AccountId, MessageId};

use crate::{
    files::SIZE,
    report::{Report, time},
    samples::Samples,
    stationery::{letter, readers},
};

/// The moment at which everything here is sealed: nothing depends on the day.
const NOW: wire::Millis = 1_790_000_000_000;

const WARM_UP: usize = 10;
const TIMES: usize = 200;
const FILES: usize = 5;

pub fn measure(report: &mut Report) -> Result<()> {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let account = AccountId(Uuid::nil());
    let anna = Vault::create(account, &"anna@clinic.test".parse()?, NOW, &mut rng)?;
    let others = (0..10)
        .map(|n| {
            Ok(Vault::create(
                account,
                &format!("person{n}@clinic.test").parse()?,
                NOW,
                &mut rng,
            )?)
        })
        .collect::<Result<Vec<_>>>()?;
    let accounts = || (1..).map(|n| AccountId(Uuid::from_u128(n)));
    let certificates: Vec<_> = accounts().zip(others.iter().map(Vault::certificate)).collect();
    let own = AccountId(Uuid::from_u128(0));
    let to_ten = readers(&anna, own, &certificates)?;
    let to_one = readers(&anna, own, &certificates[..1])?;
    let letter = letter("anna@clinic.test", "person0@clinic.test", 2_000)?;
    let message = MessageId(Uuid::from_u128(6));
    let seal = |to: &Readers, rng: &mut ChaCha20Rng| -> Result<SealedMessage> {
        Ok(anna.seal(&letter, message, "Dr Anna Berg", to, NOW, rng)?)
    };
    let sealed = seal(&to_ten, &mut rng)?;
    let (reader, packet) = (&others[0], &sealed.key_packets[0].packet);

    let mut row = |what: &str, work: &mut dyn FnMut(&mut ChaCha20Rng) -> Result<()>| -> Result<[String; 3]> {
        let mut samples = Samples::default();
        for time in 0..WARM_UP + TIMES {
            let begun = Instant::now();
            work(&mut rng)?;
            if time >= WARM_UP {
                samples.add(begun.elapsed());
            }
        }
        Ok([what.to_owned(), time(samples.p50()), time(samples.p99())])
    };
    let mut table = vec![
        row("make an account's keys", &mut |rng| {
            black_box(Vault::create(account, &"anna@clinic.test".parse()?, NOW, rng)?);
            Ok(())
        })?,
        row("seal 2 kB to one", &mut |rng| {
            black_box(seal(&to_one, rng)?);
            Ok(())
        })?,
        row("seal 2 kB to ten", &mut |rng| {
            black_box(seal(&to_ten, rng)?);
            Ok(())
        })?,
        row("open 2 kB", &mut |_| {
            black_box(reader.open_body(message, packet, &sealed.body, anna.certificate(), NOW)?);
            Ok(())
        })?,
        row("open 50 covers", &mut |_| {
            for _ in 0..50 {
                black_box(reader.open_cover(message, packet, &sealed.cover, anna.certificate(), NOW)?);
            }
            Ok(())
        })?,
    ];
    table.extend(files()?);
    report.heading("Sealing and opening");
    report.paragraph(
        "By the native vault, on one core. \"Seal\" makes cover and body, signs both, and makes the writer's own key \
         packet as well; \"open\" verifies.",
    );
    report.table(["what", "p50", "p99"], table);
    Ok(())
}

/// 100 MB, sealed and opened as they stream.
fn files() -> Result<[[String; 3]; 2]> {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut file = vec![0; SIZE];
    rng.fill_bytes(&mut file);
    let (mut sealing, mut opening) = (Samples::default(), Samples::default());
    for _ in 0..FILES {
        let begun = Instant::now();
        let mut sealer = FileSealer::new(&file[..], &mut rng)?;
        let mut sealed = Vec::with_capacity(SIZE + (1 << 20));
        sealer.read_to_end(&mut sealed)?;
        let done = sealer.finish()?;
        sealing.add(begun.elapsed());

        let named = FileRef {
            name: "file".into(),
            media_type: "application/octet-stream".into(),
            size: done.size,
            sha256: done.sha256,
            key: done.key,
        };
        let begun = Instant::now();
        copy(&mut FileOpener::new(&sealed[..], &named)?, &mut sink())?;
        opening.add(begun.elapsed());
    }
    let row = |what: &str, samples: &Samples| [what.to_owned(), time(samples.p50()), time(samples.p99())];
    Ok([
        row("seal a file of 100 MB", &sealing),
        row("open a file of 100 MB", &opening),
    ])
}

//! What it ran on. Figures without their machine are rumours.

use std::{fs, io::Write as _};

use anyhow::{Context as _, Result};
use tokio::time::Instant;

use crate::{report::time, samples::Samples};

/// In a paragraph: processor, memory, kernel, and what an fsync costs where the data lies.
pub async fn describe() -> Result<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".into());
    let memory = line_of("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(|| "unknown".into(), |kib| format!("{} GiB", (kib + (1 << 19)) >> 20));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    let fsyncs = tokio::task::spawn_blocking(fsyncs).await??;
    Ok(format!(
        "Measured by `make bench` on {cores} cores ({processor}), {memory} of memory, Linux {}, {} file system, where \
         appending 4 kB and fsync takes {} (p50) to {} (p99). The load when it began was {load}. Portal, databases, \
         clients and browser share these cores.",
        kernel.trim(),
        file_system().unwrap_or_else(|| "unknown".into()),
        time(fsyncs.p50()),
        time(fsyncs.p99()),
    ))
}

fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The type of the file system that temporary folders lie on. On a tmpfs an fsync costs nothing, and proves nothing.
fn file_system() -> Option<String> {
    let folder = std::env::temp_dir().canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    });
    mounts
        .filter(|(place, _)| folder.starts_with(place))
        .max_by_key(|(place, _)| place.len())
        .map(|(_, kind)| kind)
}

fn fsyncs() -> Result<Samples> {
    let mut file = tempfile::tempfile().context("a temporary file")?;
    let mut samples = Samples::default();
    for _ in 0..200 {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        samples.add(begun.elapsed());
    }
    Ok(samples)
}

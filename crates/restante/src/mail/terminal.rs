//! What people see: times, sizes, progress, and text that cannot drive their terminal.

use std::{
    io::{BufRead as _, IsTerminal as _, Write as _, stderr, stdin},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Local};
use client::{Fingerprint, Progress, Stage};
use wire::{Address, Millis, sessions::Person};

/// Smaller files are there before anybody could read a number.
const WORTH_SHOWING: u64 = 4 << 20;

/// Text that somebody else wrote. Control characters could rewrite what stands above it, or the window's title, and
/// those that turn the direction of writing make one file name look like another.
pub fn plain(text: &str) -> String {
    let harmless = |c: char| matches!(c, '\n' | '\t') || !(c.is_control() || is_invisible(c));
    text.chars().map(|c| if harmless(c) { c } else { '\u{FFFD}' }).collect()
}

/// The same, on one line.
pub fn line(text: &str) -> String {
    plain(text).replace(['\n', '\t'], " ")
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A time as the machine's clock shows it.
pub fn time(at: Millis) -> String {
    match DateTime::from_timestamp_millis(at) {
        Some(at) => at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string(),
        None => "-".to_owned(),
    }
}

/// Somebody's name and address.
pub fn person(name: Option<&str>, address: &Address) -> String {
    match name {
        Some(name) if !name.is_empty() => format!("{} <{address}>", line(name)),
        _ => address.to_string(),
    }
}

/// As [`person`].
pub fn sender(person: &Person) -> String {
    self::person(person.name.as_deref(), &person.address)
}

/// A number of bytes.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// In groups of four, as people read it out to each other. `--accept-key` takes it without the spaces.
pub fn grouped(fingerprint: Fingerprint) -> String {
    let digits = fingerprint.to_string();
    let groups: Vec<String> = digits
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into())
        .collect();
    groups.join(" ")
}

/// What somebody at the terminal answers; where nobody is there, a flag says it.
pub fn asked(question: &str, flag: &str) -> Result<String> {
    if !stdin().is_terminal() {
        bail!("there is nobody to ask: say it with {flag}");
    }
    eprint!("{question}");
    stderr().flush()?;
    let mut answer = String::new();
    stdin()
        .lock()
        .read_line(&mut answer)
        .context("the answer could not be read")?;
    Ok(answer)
}

/// Whether somebody at the terminal says yes to it.
pub fn is_agreed(question: &str, flag: &str) -> Result<bool> {
    let answer = asked(&format!("{question} [y/N] "), flag)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Shows how far large files have come, where somebody looks on.
pub fn show_progress() -> impl Fn(Progress<'_>) + Send + Sync {
    let looked_at = stderr().is_terminal();
    let shown = Mutex::new((None, 0));
    move |progress| {
        let Some(total) = progress.total.filter(|&total| looked_at && total >= WORTH_SHOWING) else {
            return;
        };
        let percent = progress.done * 100 / total;
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown == (Some(progress.stage), percent) {
            return;
        }
        *shown = (Some(progress.stage), percent);
        let doing = match progress.stage {
            Stage::Sealing => "Sealing",
            Stage::Uploading => "Uploading",
            Stage::Downloading => "Getting",
        };
        let end = if progress.done >= total { "\n" } else { "" };
        let name = line(progress.name);
        let _ = write!(stderr(), "\r\x1b[K{doing} {name}: {percent} % of {}{end}", size(total));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_drive_the_terminal() {
        assert_eq!(
            plain("Hi\tBen,\n\x1b]0;root\x07\u{9b}2J\u{202E}gpj.exe\r"),
            "Hi\tBen,\n�]0;root��2J�gpj.exe�"
        );
        assert_eq!(line("a\nb\tc"), "a b c");
        assert_eq!(plain("Größe 👩‍⚕️"), "Größe 👩‍⚕️");
    }

    #[test]
    fn sizes_are_short() {
        let sizes: Vec<_> = [0, 999, 1_000, 20_480, 20_971_520, 5_000_000_000].map(size).into();
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "20.5 kB", "21.0 MB", "5.0 GB"]);
    }
}

//! What people do who cannot take their account along: copy their mail from one account to another, by IMAP.

use std::{os::unix::fs::MetadataExt as _, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::Command,
    time::Instant,
};

use crate::{samples::Samples, stationery::letter};

/// How many messages one command stores.
const CHUNK: u32 = 500;

/// How long a text each message has.
const SIZE: usize = 2_000;

/// The server of the part `mail-durable`: whoever asks has an account.
pub struct Dovecot {
    port: String,
    configuration: String,
}

impl Dovecot {
    pub fn of_the_environment() -> Result<Self> {
        let told = |name| std::env::var(name).context("no Dovecot: run this under `tools/with-parts mail-durable --`");
        Ok(Self {
            port: told("RESTANTE_TEST_IMAP_PORT")?,
            configuration: told("RESTANTE_TEST_DOVECOT")?,
        })
    }

    pub async fn version(&self) -> Result<String> {
        let told = output(Command::new("dovecot").arg("--version")).await?;
        Ok(told.split_whitespace().next().unwrap_or_default().to_owned())
    }

    /// Copies a mailbox with so many messages into an empty one, so many times.
    pub async fn copy(&self, count: u32, times: u32) -> Result<Samples> {
        let from = format!("old-{count}@example.test");
        self.fill(&from, count).await?;
        let mut samples = Samples::default();
        for time in 0..times {
            let to = format!("new-{count}-{time}@example.test");
            samples.add(self.back_up(&from, &to).await?);
            let status = output(
                self.doveadm()?
                    .args(["mailbox", "status", "-u", &to, "messages", "INBOX"]),
            )
            .await?;
            ensure!(status.contains(&format!("messages={count}\n")), "copied: {status}");
        }
        Ok(samples)
    }

    /// As Dovecot's manual has it for moving from another server.
    async fn back_up(&self, from: &str, to: &str) -> Result<Duration> {
        let mut command = self.doveadm()?;
        for setting in [
            "imapc_host=127.0.0.1",
            &format!("imapc_port={}", self.port),
            &format!("imapc_user={from}"),
            "imapc_password=secret",
            "imapc_features=rfc822.size fetch-headers",
        ] {
            command.args(["-o", setting]);
        }
        let begun = Instant::now();
        output(command.args(["backup", "-R", "-u", to, "imapc:"])).await?;
        Ok(begun.elapsed())
    }

    /// It becomes the user whose mail it writes, which takes root.
    fn doveadm(&self) -> Result<Command> {
        let root = std::fs::metadata("/proc/self")?.uid() == 0;
        let mut command = Command::new(if root { "doveadm" } else { "sudo" });
        if !root {
            command.arg("doveadm");
        }
        command.args(["-c", &self.configuration]);
        Ok(command)
    }

    /// Stores messages in an account, with as many in a command as keep the server busy.
    async fn fill(&self, user: &str, count: u32) -> Result<()> {
        let stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).await?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        ask(&mut stream, format!("LOGIN {user} secret\r\n").as_bytes()).await?;
        let letter = letter("anna@example.test", user, SIZE)?;
        let text = letter.text.replace('\n', "\r\n");
        for first in (0..count).step_by(CHUNK as usize) {
            let mut command = b"APPEND INBOX".to_vec();
            for number in first..(first + CHUNK).min(count) {
                let mail = format!(
                    "From: Anna Berg <anna@example.test>\r\nTo: {user}\r\nSubject: {}\r\n\
                     Date: Thu, 01 Jan 2026 10:00:00 +0000\r\nMessage-ID: <{number}@example.test>\r\n\
                     MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
                    letter.subject,
                );
                command.extend(format!(" {{{}+}}\r\n{mail}", mail.len()).into_bytes());
            }
            command.extend(b"\r\n");
            ask(&mut stream, &command).await?;
        }
        Ok(())
    }
}

/// Gives an IMAP command, and waits until it is done.
async fn ask(stream: &mut BufReader<TcpStream>, command: &[u8]) -> Result<()> {
    stream.write_all(b"a ").await?;
    stream.write_all(command).await?;
    let mut line = String::new();
    while !line.starts_with("a ") {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "the IMAP server hung up");
    }
    ensure!(line.starts_with("a OK"), "IMAP: {line}");
    Ok(())
}

async fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().await?;
    if !output.status.success() {
        bail!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

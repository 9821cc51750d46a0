//! What an idle portal takes, what an idle event stream takes, and how soon a stream says that there is mail.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use portal::ports::clock::{Clock as _, SystemClock};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    time::{Instant, sleep},
};

use crate::{
    line::Line,
    people::{self, Person},
    report::{Report, megabytes, time},
    rows::Ids,
    samples::Samples,
    sending::empty_outbox,
    site::Site,
    stationery::Stationery,
};

const STREAMS: usize = 10_000;

/// How many streams are opened at a time.
const AT_A_TIME: usize = 64;

const WORDS: usize = 200;

/// How long memory is given to settle.
const REST: Duration = Duration::from_secs(2);

/// The memory of a portal that has served one page and rests.
pub async fn idle(sites: &[Site], report: &mut Report) -> Result<()> {
    let mut table = Vec::new();
    for site in sites {
        Line::open(site.host()).await?.get("/portal", &[]).await?;
        sleep(REST).await;
        table.push([site.name().to_owned(), megabytes(site.memory()?)]);
    }
    report.heading("Memory of an idle portal");
    report.paragraph("Resident, of the one process, PostgreSQL's own not counted. Goal: below 40 MB.");
    report.table(["engine", "resident"], table);
    Ok(())
}

pub async fn measure(sites: &mut [Site], report: &mut Report) -> Result<()> {
    let mut table = Vec::new();
    for site in sites.iter_mut() {
        // What earlier work left in the allocator would hide what streams take.
        site.restart().await?;
        empty_outbox(site).await?;
        let now = SystemClock.now();
        let people = people::settle(&site.store, "waiting", 2, now).await?;
        let stationery = Stationery::seal(&people, now)?;
        let bearers = people::listeners(&site.store, STREAMS, now).await?;

        let alone = words(site, &people, &stationery, "alone").await?;
        sleep(REST).await;
        let (before, host) = (site.memory()?, site.host());
        let opened: Vec<Stream> = stream::iter(&bearers)
            .map(|bearer| async move {
                let mut stream = Stream::open(host, bearer).await?;
                stream.next().await?;
                anyhow::Ok(stream)
            })
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await?;
        sleep(REST).await;
        let each = site.memory()?.saturating_sub(before) / opened.len() as u64;
        let among = words(site, &people, &stationery, "among").await?;
        drop(opened);
        table.push([
            site.name().to_owned(),
            format!("{:.1} kB", each as f64 / 1e3),
            time(alone.after.p50()),
            time(alone.after.p99()),
            time(among.after.p50()),
            time(among.after.p99()),
            time(among.whole.p50()),
        ]);
    }
    report.heading("Event streams");
    report.paragraph(format!(
        "Resident memory of the portal's process for each of {STREAMS} streams (the kernel's socket buffers not counted), \
         each of an account of its own. Then the time from the answer to `POST /messages` to the event on the \
         recipient's stream, {WORDS} times, with that stream alone and with {STREAMS} others open; 0 where the event came \
         first. The last column begins when the message is posted.",
    ));
    report.table(
        [
            "engine",
            "a stream",
            "alone p50",
            "p99",
            "among 10 000 p50",
            "p99",
            "from posting, p50",
        ],
        table,
    );
    Ok(())
}

struct Words {
    /// From the answer to the event.
    after: Samples,
    /// From the request to the event.
    whole: Samples,
}

/// Sends messages to somebody who listens, one after the other.
async fn words(site: &Site, people: &[Person], stationery: &Stationery, called: &str) -> Result<Words> {
    let [sender, listener] = people else {
        bail!("two people are needed")
    };
    let mut stream = Stream::open(site.host(), &listener.bearer).await?;
    stream.next().await?;
    let (tell, mut told) = mpsc::channel(1);
    let listening = tokio::spawn(async move {
        while stream.next().await.is_ok() {
            if tell.send(Instant::now()).await.is_err() {
                return;
            }
        }
    });
    let mut line = Line::open(site.host()).await?;
    let (authorization, account) = (sender.authorization(), sender.account.to_string());
    let mut ids = Ids::new(called);
    let (mut after, mut whole) = (Samples::default(), Samples::default());
    for _ in 0..WORDS {
        let message = ids.next(SystemClock.now());
        let key = message.to_string();
        let request: Bytes = stationery.request(people, message, 0, &[1]);
        let headers = [
            ("authorization", authorization.as_str()),
            (wire::ACCOUNT_HEADER, account.as_str()),
            ("idempotency-key", key.as_str()),
        ];
        let begun = Instant::now();
        line.post("/messages", &headers, request).await?;
        let answered = Instant::now();
        let event = told.recv().await.context("the stream ended")?;
        after.add(event.saturating_duration_since(answered));
        whole.add(event.saturating_duration_since(begun));
    }
    listening.abort();
    empty_outbox(site).await?;
    Ok(Words { after, whole })
}

/// An event stream, as little of one as will do.
struct Stream {
    socket: TcpStream,
    read: Vec<u8>,
}

impl Stream {
    async fn open(host: &str, bearer: &str) -> Result<Self> {
        let mut socket = TcpStream::connect(host).await?;
        let request = format!("GET /api/v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {bearer}\r\n\r\n");
        socket.write_all(request.as_bytes()).await?;
        Ok(Self {
            socket,
            read: Vec::new(),
        })
    }

    /// Waits for the next event.
    async fn next(&mut self) -> Result<()> {
        const EVENT: &[u8] = b"event: change\n";
        loop {
            if let Some(at) = self.read.windows(EVENT.len()).position(|bytes| bytes == EVENT) {
                self.read.drain(..at + EVENT.len());
                return Ok(());
            }
            if self.socket.read_buf(&mut self.read).await? == 0 {
                bail!("the stream ended: {}", String::from_utf8_lossy(&self.read));
            }
        }
    }
}

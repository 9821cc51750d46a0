//! A relay of the tests' own: takes every mail, by real SMTP, and counts it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Duration, timeout},
};

/// How long a test waits for a mail.
const DEADLINE: Duration = Duration::from_secs(60);

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub text: String,
}

/// The relay, until it is dropped.
#[derive(Clone)]
pub struct Sink {
    pub port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    count: watch::Receiver<usize>,
    _stop: Arc<Stop>,
}

struct Stop(tokio::task::AbortHandle);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Sink {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let (counted, count) = watch::channel(0);
        let taken = mails.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, taken.clone(), counted.clone()));
            }
        });
        Self {
            port,
            mails,
            count,
            _stop: Arc::new(Stop(accepting.abort_handle())),
        }
    }

    /// Every mail so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// How many mails there are once there are at least so many.
    pub async fn at_least(&self, wanted: usize) {
        let mut count = self.count.clone();
        let waited = timeout(DEADLINE, count.wait_for(|&count| count >= wanted)).await;
        waited.expect("mails in time").unwrap();
    }

    /// The first mail to that address that says something of the sort, once it is here.
    pub async fn mail_to(&self, address: &str, saying: &str) -> Mail {
        self.nth_mail_to(0, address, saying).await
    }

    /// The same, after so many others.
    pub async fn nth_mail_to(&self, others: usize, address: &str, saying: &str) -> Mail {
        let mut count = self.count.clone();
        let finding = async {
            loop {
                count.borrow_and_update();
                let found = self
                    .mails()
                    .into_iter()
                    .filter(|mail| mail.to == address && mail.text.contains(saying))
                    .nth(others);
                match found {
                    Some(mail) => return mail,
                    None => count.changed().await.unwrap(),
                }
            }
        };
        timeout(DEADLINE, finding).await.expect("a mail in time")
    }
}

impl Mail {
    pub fn message_id(&self) -> &str {
        self.header("Message-ID")
    }

    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\n\n").next().unwrap();
        let line = head
            .lines()
            .find(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
        line.expect("the header").split_once(':').unwrap().1.trim()
    }

    /// The link that begins so. Links stand whole in the text: nothing here is folded in the middle of a word.
    pub fn link(&self, beginning: &str) -> String {
        let body = self.text.replace("=\n", "").replace("=3D", "=");
        let start = body.find(beginning).expect("a link");
        body[start..]
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>'))
            .next()
            .unwrap()
            .to_owned()
    }
}

async fn converse(stream: TcpStream, mails: Arc<Mutex<Vec<Mail>>>, counted: watch::Sender<usize>) {
    let (reading, writing) = stream.into_split();
    // A portal that is killed leaves in the middle of a sentence.
    let _ = speak(BufReader::new(reading), writing, &mails, &counted).await;
}

/// The receiving side of RFC 5321, as much of it as a portal needs.
async fn speak(
    mut reading: BufReader<impl AsyncRead + Unpin>,
    mut writing: impl AsyncWrite + Unpin,
    mails: &Mutex<Vec<Mail>>,
    counted: &watch::Sender<usize>,
) -> std::io::Result<()> {
    writing.write_all(b"220 sink ESMTP\r\n").await?;
    let mut to = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        if reading.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end();
        let verb = command
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "HELO" | "NOOP" => "250 ok",
            "MAIL" | "RSET" => {
                to.clear();
                "250 ok"
            }
            "RCPT" => {
                to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 ok"
            }
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                let text = data(&mut reading).await?;
                let mut mails = mails.lock().unwrap();
                mails.push(Mail {
                    to: std::mem::take(&mut to),
                    text,
                });
                counted.send_replace(mails.len());
                "250 taken"
            }
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "500 what?",
        };
        writing.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

/// What comes up to the line with a dot alone, with `\n` between lines. A mail that is cut off is none.
async fn data(reading: &mut BufReader<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if reading.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if line == "." {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(line));
        text.push('\n');
    }
}

/// How often each Message-ID came.
pub fn by_message_id(mails: &[Mail]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for mail in mails {
        *counts.entry(mail.message_id()).or_default() += 1;
    }
    counts
}

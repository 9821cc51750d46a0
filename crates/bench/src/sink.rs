//! A mail system that takes everything and keeps nothing. Or makes the portal wait, when the portal is to have nothing
//! else to do.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};

pub struct Sink {
    pub port: u16,
    answers: watch::Sender<bool>,
    taken: Arc<AtomicUsize>,
}

impl Sink {
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (answers, answering) = watch::channel(false);
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = taken.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut answering, taken) = (answering.clone(), counted.clone());
                tokio::spawn(async move {
                    if answering.wait_for(|answers| *answers).await.is_ok() {
                        // A portal that is killed hangs up in the middle of it.
                        let _ = converse(stream, &taken).await;
                    }
                });
            }
        });
        Ok(Self { port, answers, taken })
    }

    /// From now on connections are greeted, or are left waiting.
    pub fn answer(&self, answers: bool) {
        self.answers.send_replace(answers);
    }

    /// How many mails came.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

async fn converse(stream: TcpStream, taken: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink\r\n").await?;
    let (mut line, mut in_mail) = (Vec::new(), false);
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match (in_mail, line.as_slice()) {
            (true, b".\r\n") => {
                in_mail = false;
                taken.fetch_add(1, Ordering::Relaxed);
                b"250 taken\r\n"
            }
            (true, _) => continue,
            (false, b"DATA\r\n") => {
                in_mail = true;
                b"354 go on\r\n"
            }
            (false, b"QUIT\r\n") => b"221 bye\r\n",
            (false, _) => b"250 ok\r\n",
        };
        stream.write_all(answer).await?;
    }
}

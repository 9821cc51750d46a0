//! Files on their way down: opened as they arrive, a few pieces in memory; taken up where a connection broke.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode, header::RANGE};
use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use vault::{FileOpener, FileRef};
use wire::ids::DeliveryId;

use crate::{Client, Error, Progress, Session, Stage, client::blocking, upload::unreadable};

/// How many pieces wait for whoever opens them. A piece is what one read of the connection gives, 64 KiB at most.
const WAITING: usize = 16;

/// How much is opened and written at a time.
const CHUNK_BYTES: usize = 256 << 10;

impl Session {
    /// Fetches a file of a message and writes it, opened, to `to`, which is given back.
    ///
    /// What was written before an error must be thrown away: only at the end is it certain that this was the file which
    /// the letter names. [`Session::save`] sees to that.
    ///
    /// # Errors
    /// [`Error::Vault`] where it is damaged, cut short or another file; [`Error::File`] where it cannot be written.
    pub async fn download<W>(&self, delivery: DeliveryId, file: &FileRef, to: W) -> Result<W, Error>
    where
        W: Write + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (client, opened) = (self.0.client.clone(), file.clone());
        let opening = blocking(move || {
            open(
                &client,
                Arriving {
                    receiver,
                    piece: Bytes::new(),
                },
                &opened,
                to,
            )
        });
        let path = format!("/deliveries/{delivery}/files/{}", file.sha256);
        let (fetched, opened) = tokio::join!(self.fetch(&path, sender), opening);
        // A file that could not be fetched is also one that is cut short; the first says why.
        fetched?;
        opened?
    }

    /// Saves a file of a message at `path`, whole or not at all. What is there stays, unless told to `replace` it.
    ///
    /// # Errors
    /// As [`Session::download`].
    pub async fn save(&self, delivery: DeliveryId, file: &FileRef, path: &Path, replace: bool) -> Result<(), Error> {
        let named = || Error::file(path.to_string_lossy());
        if !replace && path.symlink_metadata().is_ok() {
            return Err(named()(io::ErrorKind::AlreadyExists.into()));
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let temporary = NamedTempFile::new_in(folder).map_err(named())?;
        let saved = self.download(delivery, file, temporary).await?;
        let path = PathBuf::from(path);
        blocking(move || match replace {
            true => saved.persist(path),
            false => saved.persist_noclobber(path),
        })
        .await?
        .map(|_| ())
        .map_err(|failed| named()(failed.error))
    }

    /// Fetches the sealed bytes, and their rest where the connection breaks.
    async fn fetch(&self, path: &str, to: mpsc::Sender<Bytes>) -> Result<(), Error> {
        let arrived = AtomicU64::new(0);
        // Patience is for standing still: it begins anew whenever something came.
        while !self
            .0
            .client
            .http
            .patiently(|| self.fetch_on(path, &arrived, &to))
            .await?
        {}
        Ok(())
    }

    /// Fetches from where it stands. Whether that was all.
    async fn fetch_on(&self, path: &str, arrived: &AtomicU64, to: &mpsc::Sender<Bytes>) -> Result<bool, Error> {
        let http = &self.0.client.http;
        let from = arrived.load(Ordering::Relaxed);
        let mut request = http.request(Method::GET, path, Some(&self.in_session()));
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let response = http.respond(request).await?;
        if from > 0 && response.status() != StatusCode::PARTIAL_CONTENT {
            return Err(Error::Answer("a whole file where its rest was asked for"));
        }
        let mut pieces = response.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let piece = match piece {
                Ok(piece) => piece,
                Err(_) if arrived.load(Ordering::Relaxed) > from => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            arrived.fetch_add(piece.len() as u64, Ordering::Relaxed);
            // Whoever opens it has given up, and says why.
            if to.send(piece).await.is_err() {
                break;
            }
        }
        Ok(true)
    }
}

fn open<W: Write>(client: &Client, sealed: Arriving, file: &FileRef, mut to: W) -> Result<W, Error> {
    let mut opener = FileOpener::new(sealed, file)?;
    let mut piece = vec![0; CHUNK_BYTES];
    let mut done = 0;
    loop {
        let read = opener.read(&mut piece).map_err(|error| unreadable(&file.name, error))?;
        if read == 0 {
            break;
        }
        to.write_all(&piece[..read]).map_err(Error::file(&file.name))?;
        done += read as u64;
        client.tell(Progress {
            stage: Stage::Downloading,
            name: &file.name,
            done,
            total: Some(file.size),
        });
    }
    to.flush().map_err(Error::file(&file.name))?;
    Ok(to)
}

/// Sealed bytes as they arrive, for a thread that may wait for them.
struct Arriving {
    receiver: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Read for Arriving {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let read = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_in_order_and_end_with_their_sender() {
        let (sender, receiver) = mpsc::channel(WAITING);
        for piece in ["he", "", "llo"] {
            sender.try_send(Bytes::from(piece)).unwrap();
        }
        drop(sender);
        let mut text = String::new();
        Arriving {
            receiver,
            piece: Bytes::new(),
        }
        .read_to_string(&mut text)
        .unwrap();
        assert_eq!(text, "hello");
    }
}

//! Files on their way up: sealed into a temporary file, since their hash is their name, then streamed.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    path::Path,
};

use futures_util::StreamExt as _;
use reqwest::{Body, Method, header::CONTENT_LENGTH};
use tempfile::NamedTempFile;
use tokio_util::io::ReaderStream;
use vault::{FileRef, FileSealer, SealedFile};
use wire::{Problem, ProblemType};

use crate::{Client, Error, NewFile, Progress, Session, Stage, client::blocking, outgoing::Content};

/// How much is read and sent at a time.
const CHUNK_BYTES: usize = 256 << 10;

impl NewFile {
    /// Says so before it is sealed, which takes its time.
    pub(crate) fn check_size(&self, most: u64) -> Result<(), Error> {
        let Content::Path(path) = &self.content else {
            return Ok(());
        };
        let size = std::fs::metadata(path)
            .map_err(Error::file(path.to_string_lossy()))?
            .len();
        if size > most {
            let why = format!("{} has {size} bytes, and the portal takes {most}", self.name);
            return Err(Problem::new(ProblemType::TooLarge).detail(why).into());
        }
        Ok(())
    }
}

impl Session {
    pub(crate) async fn put_file(&self, file: NewFile) -> Result<FileRef, Error> {
        let (name, media_type) = (file.name.clone(), file.kind());
        if let Content::Stored(stored) = file.content {
            return Ok(FileRef {
                name,
                media_type,
                ..stored
            });
        }
        let client = self.0.client.clone();
        let (sealed, bytes) = blocking(move || seal(&client, file)).await??;
        self.upload(&name, &sealed, bytes.path()).await?;
        Ok(FileRef {
            name,
            media_type,
            size: sealed.size,
            sha256: sealed.sha256,
            key: sealed.key,
        })
    }

    async fn upload(&self, name: &str, sealed: &SealedFile, bytes: &Path) -> Result<(), Error> {
        let path = format!("/blobs/{}", sealed.sha256);
        let http = &self.0.client.http;
        http.patiently(|| async {
            let file = tokio::fs::File::open(bytes).await.map_err(Error::file(name))?;
            let (client, name, total) = (self.0.client.clone(), name.to_owned(), Some(sealed.sealed_size));
            let mut done = 0;
            let pieces = ReaderStream::with_capacity(file, CHUNK_BYTES).inspect(move |piece| {
                done += piece.as_ref().map_or(0, |piece| piece.len() as u64);
                client.tell(Progress {
                    stage: Stage::Uploading,
                    name: &name,
                    done,
                    total,
                });
            });
            let request = http.request(Method::PUT, &path, Some(&self.in_session()));
            let request = request
                .header(CONTENT_LENGTH, sealed.sealed_size)
                .body(Body::wrap_stream(pieces));
            http.respond(request).await.map(|_| ())
        })
        .await
    }
}

/// Seals a file into a temporary one, which goes when it is dropped. What lies on the disk is sealed.
fn seal(client: &Client, file: NewFile) -> Result<(SealedFile, NamedTempFile), Error> {
    let name = file.name;
    let (reader, total): (Box<dyn Read>, _) = match file.content {
        Content::Path(path) => {
            let open = || File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
            let (size, file) = open().map_err(Error::file(path.to_string_lossy()))?;
            (Box::new(file), Some(size))
        }
        Content::Reader(reader) => (reader, None),
        Content::Stored(_) => (Box::new(io::empty()), None),
    };
    let temporary = || Error::file(std::env::temp_dir().display().to_string());
    let mut sealer = FileSealer::new(reader, &mut client.environment.rng())?;
    let mut sealed = NamedTempFile::new().map_err(temporary())?;
    let mut piece = vec![0; CHUNK_BYTES];
    let mut done = 0;
    loop {
        let read = sealer.read(&mut piece).map_err(|error| unreadable(&name, error))?;
        if read == 0 {
            break;
        }
        sealed.write_all(&piece[..read]).map_err(temporary())?;
        done += read as u64;
        client.tell(Progress {
            stage: Stage::Sealing,
            name: &name,
            done: done.min(total.unwrap_or(done)),
            total,
        });
    }
    Ok((sealer.finish()?, sealed))
}

/// The vault's own errors come through its readers; the others are the file's.
pub(crate) fn unreadable(name: &str, error: io::Error) -> Error {
    match error.get_ref().is_some_and(|inner| inner.is::<vault::Error>()) {
        true => vault::Error::from(error).into(),
        false => Error::File {
            name: name.to_owned(),
            source: error,
        },
    }
}

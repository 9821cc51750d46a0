//! Where sealed files lie: a local folder or an S3 store, behind one trait (`object_store`).

use std::{io::SeekFrom, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt as _, buffered::BufWriter, path::Path,
};
use sha2::Digest as _;
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
    time::{Instant, timeout},
};
use tokio_util::io::ReaderStream;
use wire::{Sha256, ids::AccountId};

use super::permits::{Permit, Permits};

/// How much of a local file is read at a time. Each read is a turn on another thread; `object_store` by itself reads
/// 8 KiB, which for a file of 100 MB is 12 000 turns.
const READ_CHUNK_BYTES: usize = 128 << 10;

/// How much of an upload is kept until it is written. S3 takes no smaller parts.
const MIN_PART_BYTES: u64 = 5 << 20;

/// The most parts that S3 takes of one object.
const MAX_PARTS_PER_OBJECT: u64 = 10_000;

/// Pieces of an upload that are smaller are copied together: the places of a million bytes that came one by one would
/// take more memory than they do.
const MIN_WHOLE_CHUNK_BYTES: usize = 4 << 10;

/// The slowest that an upload may be, in bytes a second, and for how long it may be slower: whoever trickles would hold a
/// place and memory for as long as they want.
const MIN_UPLOAD_BYTES_PER_SECOND: f64 = 8192.0;
const MAX_SLOW_UPLOAD_DURATION: Duration = Duration::from_secs(60);

/// The most uploads of one account at once. Each holds up to two parts.
const MAX_UPLOADS_AT_ONCE_PER_ACCOUNT: usize = 4;

/// The most uploads of all accounts at once, in this process.
const MAX_UPLOADS_AT_ONCE: usize = 64;

/// The blob store of a portal.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    uploads: Permits<AccountId>,
}

/// What a blob can come to besides its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// There is none of that name, or its range is not.
    #[error("there is no such blob")]
    NotFound,
    /// The bytes are not those that the name says.
    #[error("the bytes do not have the hash that names them")]
    HashMismatch,
    /// The bytes ended early.
    #[error("the bytes ended before their declared length")]
    Incomplete,
    /// There were more bytes than declared.
    #[error("there were more bytes than allowed")]
    TooLarge,
    /// The store cannot be reached, or is full.
    #[error("the blob store is out of reach")]
    Unavailable,
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => {
                tracing::error!(error = %other, "the blob store failed");
                Self::Unavailable
            }
        }
    }
}

impl From<std::io::Error> for BlobError {
    fn from(error: std::io::Error) -> Self {
        tracing::error!(kind = %error.kind(), "the blob store failed");
        Self::Unavailable
    }
}

impl Blobs {
    /// A blob store of the kind that is passed in.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self {
            store,
            uploads: Permits::new(MAX_UPLOADS_AT_ONCE_PER_ACCOUNT, MAX_UPLOADS_AT_ONCE),
        }
    }

    /// A permit to upload, where there is one left.
    pub(crate) fn permit(&self, account: AccountId) -> Option<Permit<AccountId>> {
        self.uploads.take(account)
    }

    /// Stores what arrives, if it is what its name says, whole and of that length, and not too slowly. Otherwise nothing
    /// is stored.
    ///
    /// # Errors
    /// Each kind but `NotFound`.
    pub async fn put<E>(
        &self,
        sha256: Sha256,
        length: u64,
        mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), BlobError> {
        let part = MIN_PART_BYTES.max(length.div_ceil(MAX_PARTS_PER_OBJECT));
        let part = part.try_into().map_err(|_| BlobError::TooLarge)?;
        let mut writer = BufWriter::with_capacity(self.store.clone(), path(sha256), part).with_max_concurrency(1);
        let arrived = receive(sha256, length, &mut chunks, &mut writer).await;
        match arrived {
            Ok(()) => writer.shutdown().await.map_err(|_| BlobError::Unavailable),
            Err(error) => {
                // What was written so far is no object yet: the store drops it.
                let _ = writer.abort().await;
                Err(error)
            }
        }
    }

    /// A blob's bytes, all or a range of them.
    ///
    /// # Errors
    /// `NotFound` or `Unavailable`.
    pub async fn get(
        &self,
        sha256: Sha256,
        range: Option<std::ops::Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, BlobError> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..Default::default()
        };
        let found = self.store.get_opts(&path(sha256), options).await?;
        match found.payload {
            GetResultPayload::Stream(chunks) => Ok(chunks.map(|chunk| chunk.map_err(BlobError::from)).boxed()),
            GetResultPayload::File(file, _) => {
                let mut file = File::from_std(file);
                file.seek(SeekFrom::Start(found.range.start)).await?;
                let asked = file.take(found.range.end - found.range.start);
                let chunks = ReaderStream::with_capacity(asked, READ_CHUNK_BYTES);
                Ok(chunks.map(|chunk| chunk.map_err(BlobError::from)).boxed())
            }
        }
    }

    /// Deletes a blob. One that is not there is deleted already.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete(&self, sha256: Sha256) -> Result<(), BlobError> {
        match self.store.delete(&path(sha256)).await.map_err(BlobError::from) {
            Err(BlobError::NotFound) => Ok(()),
            other => other,
        }
    }

    /// Sees whether the store answers.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn check(&self) -> Result<(), BlobError> {
        match self.store.head(&Path::from("check")).await.map_err(BlobError::from) {
            Err(BlobError::NotFound) | Ok(_) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

async fn receive<E>(
    sha256: Sha256,
    length: u64,
    chunks: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    writer: &mut BufWriter,
) -> Result<(), BlobError> {
    let mut hasher = sha2::Sha256::new();
    let mut arrived = 0;
    let mut patience = MAX_SLOW_UPLOAD_DURATION;
    loop {
        let asked_at = Instant::now();
        let next = timeout(patience, chunks.next())
            .await
            .map_err(|_| BlobError::Incomplete)?;
        let Some(chunk) = next else { break };
        let chunk = chunk.map_err(|_| BlobError::Incomplete)?;
        patience = patience.saturating_sub(asked_at.elapsed());
        patience = MAX_SLOW_UPLOAD_DURATION
            .min(patience + Duration::from_secs_f64(chunk.len() as f64 / MIN_UPLOAD_BYTES_PER_SECOND));
        arrived += chunk.len() as u64;
        if arrived > length {
            return Err(BlobError::TooLarge);
        }
        hasher.update(&chunk);
        match chunk.len() < MIN_WHOLE_CHUNK_BYTES {
            true => writer.write_all(&chunk).await?,
            false => writer.put(chunk).await?,
        }
    }
    if arrived < length {
        return Err(BlobError::Incomplete);
    }
    match Sha256(hasher.finalize().into()) == sha256 {
        true => Ok(()),
        false => Err(BlobError::HashMismatch),
    }
}

/// Two levels, so that a folder of a million files stays one that tools can list.
fn path(sha256: Sha256) -> Path {
    let name = sha256.to_string();
    Path::from_iter([&name[..2], name.as_str()])
}

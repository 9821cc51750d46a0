//! Where sealed files lie: a local folder or an S3 store, behind one trait (`object_store`).

use std::{io::SeekFrom, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt as _, buffered::BufWriter, path::Path,
};
use sha2::Digest as _;
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
};
use tokio_util::io::ReaderStream;
use wire::Sha256;

/// How much of a local file is read at a time. Each read is a turn on another thread; `object_store` by itself reads
/// 8 KiB, which for a file of 100 MB is 12 000 turns.
const PIECE: usize = 128 << 10;

/// The blob store of a portal.
#[derive(Clone, Debug)]
pub struct Blobs(Arc<dyn ObjectStore>);

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
        Self(store)
    }

    /// Stores what arrives, if it is what its name says, whole and of that length. Otherwise nothing is stored.
    ///
    /// # Errors
    /// Each kind but `NotFound`.
    pub async fn put<E>(
        &self,
        sha256: Sha256,
        length: u64,
        mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), BlobError> {
        let mut writer = BufWriter::new(self.0.clone(), path(sha256));
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
        let found = self.0.get_opts(&path(sha256), options).await?;
        match found.payload {
            GetResultPayload::Stream(chunks) => Ok(chunks.map(|chunk| chunk.map_err(BlobError::from)).boxed()),
            GetResultPayload::File(file, _) => {
                let mut file = File::from_std(file);
                file.seek(SeekFrom::Start(found.range.start)).await?;
                let asked = file.take(found.range.end - found.range.start);
                let chunks = ReaderStream::with_capacity(asked, PIECE);
                Ok(chunks.map(|chunk| chunk.map_err(BlobError::from)).boxed())
            }
        }
    }

    /// Deletes a blob. One that is not there is deleted already.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete(&self, sha256: Sha256) -> Result<(), BlobError> {
        match self.0.delete(&path(sha256)).await.map_err(BlobError::from) {
            Err(BlobError::NotFound) => Ok(()),
            other => other,
        }
    }

    /// Sees whether the store answers.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn check(&self) -> Result<(), BlobError> {
        match self.0.head(&Path::from("check")).await.map_err(BlobError::from) {
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
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| BlobError::Incomplete)?;
        arrived += chunk.len() as u64;
        if arrived > length {
            return Err(BlobError::TooLarge);
        }
        hasher.update(&chunk);
        writer.put(chunk).await?;
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

//! Where a test's sealed files lie: in memory. It deletes when it is let, and not what it is told to keep.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream::BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, memory::InMemory, path::Path,
};
use tokio::sync::Notify;
use wire::Sha256;

#[derive(Clone, Debug, Default)]
pub struct Shelf {
    memory: Arc<InMemory>,
    /// What it does not delete.
    keeps: Arc<Mutex<Vec<Sha256>>>,
    /// Whoever holds this lets nothing be deleted meanwhile.
    pub door: Arc<tokio::sync::Mutex<()>>,
    /// Told each time something is to be deleted, before the door.
    pub asked: Arc<Notify>,
}

impl Shelf {
    pub fn keep(&self, kept: &[Sha256]) {
        *self.keeps.lock().unwrap() = kept.to_vec();
    }

    async fn remove(&self, place: &Path) -> Result<()> {
        self.asked.notify_one();
        let _open = self.door.lock().await;
        let kept = |sha256: &Sha256| place.filename() == Some(&sha256.to_string());
        if self.keeps.lock().unwrap().iter().any(kept) {
            let source = "it stays".into();
            return Err(Error::Generic { store: "shelf", source });
        }
        self.memory.delete(place).await
    }
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a shelf")
    }
}

#[async_trait]
impl ObjectStore for Shelf {
    async fn put_opts(&self, place: &Path, content: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.memory.put_opts(place, content, options).await
    }

    async fn put_multipart_opts(&self, place: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.memory.put_multipart_opts(place, options).await
    }

    async fn get_opts(&self, place: &Path, options: GetOptions) -> Result<GetResult> {
        self.memory.get_opts(place, options).await
    }

    fn delete_stream(&self, places: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let shelf = self.clone();
        let delete = move |place: Result<Path>| {
            let shelf = shelf.clone();
            async move {
                let place = place?;
                shelf.remove(&place).await?;
                Ok(place)
            }
        };
        places.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.memory.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.memory.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.memory.copy_opts(from, to, options).await
    }
}

//! Sealed files, on a folder and on a real S3 server.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use object_store::{aws::AmazonS3Builder, local::LocalFileSystem, memory::InMemory};
use portal::ports::blobs::{BlobError, Blobs};
use tokio::time::Instant;
use wire::Sha256;

/// What every blob store must do.
async fn contract(blobs: Blobs) {
    blobs.check().await.unwrap();
    // Larger than one part of a multipart upload.
    for size in [0, 1, 70_000, 12_000_000] {
        let bytes = Bytes::from(
            (0..size)
                .map(|n: usize| (n.wrapping_mul(31) >> 3) as u8)
                .collect::<Vec<u8>>(),
        );
        let sha256 = Sha256::of(&bytes);
        let whole = || {
            stream::iter(
                bytes
                    .chunks(65_536)
                    .map(|c| Ok::<_, ()>(Bytes::copy_from_slice(c)))
                    .collect::<Vec<_>>(),
            )
        };
        let length = bytes.len() as u64;

        if size > 0 {
            let mut damaged = bytes.to_vec();
            damaged[0] ^= 1;
            let damaged = stream::iter([Ok::<_, ()>(Bytes::from(damaged))]);
            assert_eq!(blobs.put(sha256, length, damaged).await, Err(BlobError::HashMismatch));
            let cut = stream::iter([Ok(bytes.slice(..size / 2)), Err(())]);
            assert_eq!(blobs.put(sha256, length, cut).await, Err(BlobError::Incomplete));
            let short = stream::iter([Ok::<_, ()>(bytes.slice(..size / 2))]);
            assert_eq!(blobs.put(sha256, length, short).await, Err(BlobError::Incomplete));
            assert_eq!(blobs.put(sha256, length - 1, whole()).await, Err(BlobError::TooLarge));
        }
        assert!(
            matches!(blobs.get(sha256, None).await.map(|_| ()), Err(BlobError::NotFound)),
            "nothing was stored"
        );

        blobs.put(sha256, length, whole()).await.unwrap();
        blobs.put(sha256, length, whole()).await.unwrap();
        let read = |range| {
            let blobs = &blobs;
            async move {
                blobs
                    .get(sha256, range)
                    .await
                    .unwrap()
                    .try_collect::<Vec<Bytes>>()
                    .await
                    .unwrap()
                    .concat()
            }
        };
        assert_eq!(read(None).await, bytes);
        if size > 100 {
            assert_eq!(read(Some(10..100)).await, bytes[10..100]);
        }
        blobs.delete(sha256).await.unwrap();
        blobs.delete(sha256).await.unwrap();
        assert!(blobs.get(sha256, None).await.is_err());
    }
}

#[tokio::test]
async fn in_memory() {
    contract(Blobs::new(Arc::new(InMemory::new()))).await;
}

#[tokio::test]
async fn in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalFileSystem::new_with_prefix(folder.path())
        .unwrap()
        .with_fsync(true);
    contract(Blobs::new(Arc::new(store))).await;
    let left = std::fs::read_dir(folder.path())
        .unwrap()
        .flat_map(|level| std::fs::read_dir(level.unwrap().path()).unwrap());
    assert_eq!(left.count(), 0, "refused and deleted blobs leave no file behind");
}

#[tokio::test]
async fn s3_server() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let env = |name: &str| std::env::var(format!("RESTANTE_TEST_S3_{name}")).expect("see tools/with-parts");
    let store = AmazonS3Builder::new()
        .with_endpoint(env("ENDPOINT"))
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name(env("BUCKET"))
        .with_access_key_id(env("ACCESS_KEY"))
        .with_secret_access_key(env("SECRET_KEY"))
        .build()
        .unwrap();
    contract(Blobs::new(Arc::new(store))).await;
}

/// So many pieces of that many bytes, each after so long.
fn trickle(
    pieces: usize,
    bytes: usize,
    pause: Duration,
) -> impl futures_util::Stream<Item = Result<Bytes, ()>> + Unpin {
    let pieces = stream::iter(0..pieces).then(move |_| async move {
        tokio::time::sleep(pause).await;
        Ok(Bytes::from(vec![7; bytes]))
    });
    pieces.boxed()
}

#[tokio::test(start_paused = true)]
async fn who_trickles_is_not_waited_for() {
    let blobs = Blobs::new(Arc::new(InMemory::new()));
    let put = async |pieces: usize, bytes: usize, pause: u64| {
        let (whole, began) = (vec![7; pieces * bytes], Instant::now());
        let chunks = trickle(pieces, bytes, Duration::from_secs(pause));
        let put = blobs.put(Sha256::of(&whole), whole.len() as u64, chunks).await;
        (put, began.elapsed())
    };
    // A byte every ten seconds; nothing at all; fast at first, and no more then.
    for (pieces, bytes, pause) in [(1000, 1, 10), (1, 1, 3600), (2, 100_000_000, 100)] {
        let (put, took) = put(pieces, bytes, pause).await;
        assert_eq!(put, Err(BlobError::Incomplete));
        assert!(took < Duration::from_secs(200), "{took:?}");
    }
    // An hour, at 10 kB a second, with pauses.
    let (put, took) = put(180, 200_000, 20).await;
    assert_eq!((put, took), (Ok(()), Duration::from_secs(3600)));
}

#[tokio::test]
async fn pieces_of_any_size_make_one_blob() {
    let blobs = Blobs::new(Arc::new(InMemory::new()));
    let bytes = Bytes::from((0..6_000_000_u32).map(|n| (n >> 3) as u8).collect::<Vec<_>>());
    let sizes = [1, 4095, 4096, 70_000].into_iter().cycle();
    let pieces = sizes.scan(bytes.clone(), |left, size| {
        let piece = left.split_to(size.min(left.len()));
        (!piece.is_empty()).then_some(Ok::<_, ()>(piece))
    });
    let sha256 = Sha256::of(&bytes);
    blobs
        .put(sha256, bytes.len() as u64, stream::iter(pieces.collect::<Vec<_>>()))
        .await
        .unwrap();
    let got: Vec<Bytes> = blobs.get(sha256, None).await.unwrap().try_collect().await.unwrap();
    assert!(got.concat() == bytes);
}

#[tokio::test]
async fn a_store_that_is_gone_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::new(Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap()));
    // A file where a folder should be.
    let sha256 = Sha256::of(b"x");
    std::fs::write(folder.path().join(&sha256.to_string()[..2]), b"in the way").unwrap();
    let put = blobs
        .put(sha256, 1, stream::iter([Ok::<_, ()>(Bytes::from_static(b"x"))]).boxed())
        .await;
    assert_eq!(put, Err(BlobError::Unavailable));
}

//! Sealed files up and down, streamed.

use std::{pin::pin, sync::atomic::Ordering};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use certificate::{SealedForm, SealedFormError};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::oneshot;
use wire::{
    Millis, Problem, ProblemType, Sha256,
    ids::{AccountId, DeliveryId},
};

use super::{
    allowance::{self, Upload},
    sweep::MAX_UPLOAD_DURATION,
};
use crate::{
    Portal, Result,
    error::not_sealed,
    http::{Caller, PathParams},
    storage::{Key as _, RowExt as _, StoreError},
};

/// After how many seconds an upload may be tried again that found no place, or its bytes being deleted.
const RETRY_UPLOAD_AFTER_SECONDS: u32 = 5;

/// Stores a sealed file under its hash. It may then be named in a message, for a day.
#[utoipa::path(
    put, path = "/blobs/{sha256}", tag = "sending",
    params(("sha256" = Sha256, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, description = "stored"), (status = 200, description = "it was there already")),
)]
pub(super) async fn upload(
    State(portal): State<Portal>,
    caller: Caller,
    PathParams(sha256): PathParams<Sha256>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode> {
    let length = declared_length(&headers, portal.settings.max_file_size)?;
    let permit = portal.blobs.permit(caller.account).ok_or_else(|| {
        Problem::new(ProblemType::TooManyRequests)
            .detail("too many uploads at once")
            .retry_after(RETRY_UPLOAD_AFTER_SECONDS)
    })?;
    let begun_at = portal.now();
    // No unit is open while the bytes arrive, which may take hours.
    let upload = begin(&portal, caller, sha256, length, begun_at).await?;
    let arrived = upload.arrived();
    let all_arrived = arrived.clone();
    let chunks = body.into_data_stream().inspect_ok(move |chunk| {
        arrived.fetch_add(chunk.len() as u64, Ordering::Relaxed);
    });
    let (refused, is_refused) = oneshot::channel();
    // Whoever sends the same bytes again has them: answering early would hand a file to somebody who knows its hash.
    let stored = portal
        .blobs
        .put(sha256, length, pin!(only_sealed(chunks, refused)))
        .await;
    upload.settle().await?;
    drop(permit);
    let is_whole = all_arrived.load(Ordering::Relaxed) == length;
    if let Ok(error) = is_refused.await
        && (is_whole || error != SealedFormError::Truncated)
    {
        return Err(not_sealed("the file", error));
    }
    stored?;
    let now = portal.now();
    if now - begun_at > MAX_UPLOAD_DURATION {
        return Err(Problem::new(ProblemType::UploadIncomplete)
            .detail("it took too long")
            .into());
    }
    let was_there = record(&portal, caller.account, sha256, length, now).await?;
    Ok(if was_there { StatusCode::OK } else { StatusCode::CREATED })
}

/// What arrives, as long as it is a sealed file: else it breaks off, and why is told aside.
fn only_sealed<E>(
    chunks: impl Stream<Item = std::result::Result<Bytes, E>>,
    refused: oneshot::Sender<SealedFormError>,
) -> impl Stream<Item = std::result::Result<Bytes, ()>> {
    let begun = (Box::pin(chunks), SealedForm::default(), refused);
    stream::unfold(Some(begun), |state| async move {
        let (mut chunks, mut form, refused) = state?;
        let next = chunks.next().await;
        let looked_at = match &next {
            Some(Ok(chunk)) => form.take(chunk),
            Some(Err(_)) => return Some((Err(()), None)),
            None => std::mem::take(&mut form).end(),
        };
        match (looked_at, next) {
            (Ok(()), Some(Ok(chunk))) => Some((Ok(chunk), Some((chunks, form, refused)))),
            (Ok(()), _) => None,
            (Err(error), _) => {
                // Whoever waits for it has gone only with the request.
                let _ = refused.send(error);
                Some((Err(()), None))
            }
        }
    })
}

/// How many bytes the client says it sends.
fn declared_length(headers: &HeaderMap, max_file_size: u64) -> Result<u64> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| Problem::new(ProblemType::Malformed).detail("Content-Length is needed"))?;
    match length > max_file_size {
        true => Err(ProblemType::TooLarge.into()),
        false => Ok(length),
    }
}

/// Writes down that an account has uploaded a blob, which it may name from now on. Whether somebody had it stored before.
///
/// Unguarded: an upload may outlast its session, and is named in another.
async fn record(portal: &Portal, account: AccountId, sha256: Sha256, length: u64, now: Millis) -> Result<bool> {
    let mut unit = portal.begin_unguarded().await?;
    let was_there = sqlx::query(
        "SELECT sha256 FROM uploads WHERE sha256 = $1 UNION SELECT sha256 FROM message_files WHERE sha256 = $1",
    )
    .bind(sha256.key())
    .fetch_optional(&mut **unit)
    .await
    .map_err(StoreError::from)?
    .is_some();
    // Now the length is known to be that of these bytes, whatever another upload of them declared.
    sqlx::query("UPDATE blobs SET size = $2, created_at = $3 WHERE sha256 = $1")
        .bind(sha256.key())
        .bind(i64::try_from(length).map_err(|_| ProblemType::TooLarge)?)
        .bind(now)
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    sqlx::query(
        "INSERT INTO uploads (account, sha256, uploaded_at) VALUES ($1, $2, $3) \
         ON CONFLICT (account, sha256) DO UPDATE SET uploaded_at = excluded.uploaded_at",
    )
    .bind(account.key())
    .bind(sha256.key())
    .bind(now)
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    unit.commit().await?;
    Ok(was_there)
}

/// Takes an upload's length from what its account may upload, and makes the blob's row new: the sweep keeps away from it
/// for longer than an upload may take. Nobody can name a blob that nobody has uploaded.
async fn begin(portal: &Portal, caller: Caller, sha256: Sha256, length: u64, now: Millis) -> Result<Upload> {
    let mut unit = caller.begin(portal).await?;
    // The blob before the account, as whoever ends an upload.
    sqlx::query(
        "INSERT INTO blobs (sha256, size, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (sha256) DO UPDATE SET created_at = excluded.created_at",
    )
    .bind(sha256.key())
    .bind(i64::try_from(length).map_err(|_| ProblemType::TooLarge)?)
    .bind(now)
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    let is_going = sqlx::query("SELECT 1 FROM swept_blobs WHERE sha256 = $1")
        .bind(sha256.key())
        .fetch_optional(&mut **unit)
        .await
        .map_err(StoreError::from)?
        .is_some();
    if is_going {
        return Err(Problem::new(ProblemType::Unavailable)
            .detail("the same bytes are being deleted")
            .retry_after(RETRY_UPLOAD_AFTER_SECONDS)
            .into());
    }
    unit.lock_account().await?;
    let upload = allowance::reserve(portal, &mut unit, caller.account, length, now).await?;
    match unit.commit().await {
        Ok(()) => Ok(upload),
        Err(error) => {
            upload.forget();
            Err(error)
        }
    }
}

/// A sealed file of a message that the caller holds. Takes `Range: bytes=FROM-TO` with one range.
#[utoipa::path(
    get, path = "/deliveries/{id}/files/{sha256}", tag = "mailbox",
    params(("id" = DeliveryId, Path), ("sha256" = Sha256, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)),
)]
pub(super) async fn download(
    State(portal): State<Portal>,
    caller: Caller,
    PathParams((id, sha256)): PathParams<(DeliveryId, Sha256)>,
    headers: HeaderMap,
) -> Result<Response> {
    let row = sqlx::query(
        "SELECT s.size FROM deliveries d JOIN mailboxes b ON b.id = d.mailbox \
         JOIN message_files f ON f.message = d.message JOIN blobs s ON s.sha256 = f.sha256 \
         WHERE d.id = $1 AND b.account = $2 AND f.sha256 = $3",
    )
    .bind(id.key())
    .bind(caller.account.key())
    .bind(sha256.key())
    .fetch_one(&mut *portal.store.read().await?)
    .await
    .map_err(StoreError::from)?;
    let size = row.size("size")?;
    let range = headers
        .get(header::RANGE)
        .and_then(|value| range(value.to_str().ok()?, size));
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    let stream = portal.blobs.get(sha256, range.clone()).await?;
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(range) = range {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let value = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(header::CONTENT_RANGE, value);
        }
    }
    Ok(response)
}

/// The one range that a `Range` header asks for (RFC 9110 section 14.1.2). Anything else is answered whole, as the RFC
/// allows.
fn range(header: &str, size: u64) -> Option<std::ops::Range<u64>> {
    let (from, to) = header.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (from, to) {
        ("", last) => size.saturating_sub(last.parse().ok()?)..size,
        (from, "") => from.parse().ok()?..size,
        (from, to) => from.parse().ok()?..size.min(to.parse::<u64>().ok()?.checked_add(1)?),
    };
    (range.start < range.end).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges_are_those_of_the_rfc() {
        assert_eq!(range("bytes=0-9", 100), Some(0..10));
        assert_eq!(range("bytes=90-", 100), Some(90..100));
        assert_eq!(range("bytes=-10", 100), Some(90..100));
        assert_eq!(range("bytes=95-200", 100), Some(95..100));
        for whole in [
            "bytes=100-",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "chapters=1-2",
            "bytes=-0",
            "",
        ] {
            assert_eq!(range(whole, 100), None, "{whole}");
        }
    }
}

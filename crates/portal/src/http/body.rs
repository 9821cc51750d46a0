//! Bodies: of each the portal holds no more than who sends it is allowed, of all together no more than it has.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json,
    body::{Body, HttpBody as _},
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{HeaderMap, request::Parts},
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wire::{LINK_HEADER, Problem, ProblemType};

use crate::{Error, Portal, Result};

/// The largest body of somebody whom the portal does not know. Half a password's proof is some 200 bytes, a statement of
/// succession 2 KiB.
const MAX_STRANGER_BODY_BYTES: usize = 8 << 10;

/// The largest body of a caller, but on routes that take a message or a vault. A hundred recipients are 26 kB.
const MAX_BODY_BYTES: usize = 64 << 10;

/// The largest body that holds a message, a vault or a parcel: a sealed body of a MiB in base64, a hundred key packets, a
/// cover.
const MAX_LARGE_BODY_BYTES: usize = 4 << 20;

/// The most bytes of bodies that are held at once, from when they arrive until their request is answered.
const MAX_HELD_BODY_BYTES: usize = 64 << 20;

/// The most of these that come from people whom the portal does not know: they take no room from those it does.
const MAX_HELD_STRANGER_BODY_BYTES: usize = 16 << 20;

/// After how many seconds a request may be made again whose body found no room.
const RETRY_BODY_AFTER_SECONDS: u32 = 2;

/// Says of a request that somebody stands behind it whom the portal knows: a session, or a link that it mailed.
#[derive(Clone, Copy)]
struct Known;

/// Marks a request whose session, or link, was found. From now on its body may be larger.
pub(super) fn mark_known(parts: &mut Parts) {
    parts.extensions.insert(Known);
}

/// Looks for the link that a request's head names, so that its body may be large, and marks it where `is_link` knows it.
///
/// # Errors
/// What `is_link` refuses it with, and `malformed`.
pub(crate) async fn admit_link(parts: &mut Parts, is_link: impl AsyncFnOnce(wire::Bytes) -> Result<()>) -> Result<()> {
    let Some(token) = link(&parts.headers)? else {
        return Ok(());
    };
    is_link(token).await?;
    mark_known(parts);
    Ok(())
}

fn link(headers: &HeaderMap) -> Result<Option<wire::Bytes>> {
    let Some(named) = headers.get(LINK_HEADER) else {
        return Ok(None);
    };
    let token = wire::Bytes::from_base64(named.as_bytes()).ok_or_else(|| {
        Problem::new(ProblemType::Malformed).detail("Restante-Link must be a link's secret in base64")
    })?;
    Ok(Some(token))
}

/// Room for bodies, in bytes.
#[derive(Clone, Debug)]
pub(crate) struct BodyRoom {
    all: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
}

impl Default for BodyRoom {
    fn default() -> Self {
        Self::new(MAX_HELD_BODY_BYTES, MAX_HELD_STRANGER_BODY_BYTES)
    }
}

impl BodyRoom {
    fn new(all: usize, strangers: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all)),
            strangers: Arc::new(Semaphore::new(strangers)),
        }
    }

    /// What one request takes of it, until all that it is given to is dropped.
    pub(crate) fn begin(&self) -> HeldBody {
        HeldBody {
            room: self.clone(),
            permits: Arc::default(),
        }
    }
}

/// The room that one request's body takes.
#[derive(Clone, Debug)]
pub(crate) struct HeldBody {
    room: BodyRoom,
    permits: Arc<Mutex<Vec<OwnedSemaphorePermit>>>,
}

impl HeldBody {
    /// Takes room for so many bytes more.
    fn take(&self, bytes: usize, is_known: bool) -> Result<()> {
        let bytes = u32::try_from(bytes).map_err(|_| ProblemType::TooLarge)?;
        let own = (!is_known).then_some(&self.room.strangers);
        let mut held = self.permits.lock().unwrap_or_else(PoisonError::into_inner);
        for (semaphore, at) in own.into_iter().chain([&self.room.all]).zip(0..) {
            let Ok(permit) = semaphore.clone().try_acquire_many_owned(bytes) else {
                return Err(Problem::new(ProblemType::Unavailable)
                    .detail("too much is arriving at once")
                    .retry_after(RETRY_BODY_AFTER_SECONDS)
                    .into());
            };
            match held.get_mut(at) {
                Some(before) => before.merge(permit),
                None => held.push(permit),
            }
        }
        Ok(())
    }
}

/// A JSON body.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Portal> for JsonBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Portal) -> Result<Self, Error> {
        let (_, body) = parse(request, MAX_BODY_BYTES).await?;
        Ok(Self(body))
    }
}

/// A JSON body that holds a message, a vault or a parcel, and its bytes as they arrived. It is read for nobody whom the
/// portal does not know: stands after the caller, or after what looks at the link.
#[derive(Debug)]
pub(crate) struct LargeJsonBody<T>(pub(crate) T, pub(crate) Bytes);

impl<T: DeserializeOwned> FromRequest<Portal> for LargeJsonBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Portal) -> Result<Self, Error> {
        let (raw, body) = parse(request, MAX_LARGE_BODY_BYTES).await?;
        Ok(Self(body, raw))
    }
}

async fn parse<T: DeserializeOwned>(request: Request, max_of_known: usize) -> Result<(Bytes, T)> {
    let (parts, body) = request.into_parts();
    let is_known = parts.extensions.get::<Known>().is_some();
    let held = parts.extensions.get::<HeldBody>().cloned();
    let max = if is_known {
        max_of_known
    } else {
        MAX_STRANGER_BODY_BYTES
    };
    let raw = read(body, max, |bytes| match &held {
        Some(held) => held.take(bytes, is_known),
        // A router without the guard holds what it is sent: the tests of one handler.
        None => Ok(()),
    })
    .await?;
    let request = Request::from_parts(parts, Body::from(raw.clone()));
    match Json::from_request(request, &()).await {
        Ok(Json(body)) => Ok((raw, body)),
        Err(rejection) => Err(refusal(&rejection)),
    }
}

/// Reads a body to its end, of which each piece is asked for before it is kept.
async fn read(body: Body, max: usize, mut take: impl FnMut(usize) -> Result<()>) -> Result<Bytes> {
    if body.size_hint().lower() > max as u64 {
        return Err(ProblemType::TooLarge.into());
    }
    let mut body = pin!(body);
    let mut whole = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|_| Problem::new(ProblemType::Malformed).detail("the body did not arrive whole"))?;
        let Ok(piece) = frame.into_data() else { continue };
        if whole.len() + piece.len() > max {
            return Err(ProblemType::TooLarge.into());
        }
        take(piece.len())?;
        // In steps that double, but no further than a body may be long: what is not counted is not held.
        if whole.capacity() - whole.len() < piece.len() {
            let more = piece.len().max(whole.len()).min(max - whole.len());
            whole.reserve_exact(more);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

fn refusal(rejection: &JsonRejection) -> Error {
    Problem::new(ProblemType::Malformed)
        .detail(rejection.body_text())
        .into()
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn pieces(bytes: usize, times: usize) -> Body {
        let piece = move || Ok::<_, std::convert::Infallible>(Bytes::from(vec![b' '; bytes]));
        Body::from_stream(stream::iter((0..times).map(move |_| piece())))
    }

    #[tokio::test]
    async fn no_more_is_kept_than_was_asked_for() {
        let mut taken = 0;
        let take = |bytes| {
            taken += bytes;
            Ok(())
        };
        let refused = read(pieces(10, 100), 55, take).await.unwrap_err();
        assert_eq!(refused.problem().kind, ProblemType::TooLarge);
        assert_eq!(taken, 50);
        assert_eq!(read(pieces(10, 5), 50, |_| Ok(())).await.unwrap().len(), 50);
    }

    #[tokio::test]
    async fn a_body_that_says_it_is_too_large_is_not_begun() {
        let refused = read(Body::from(vec![0; 11]), 10, |_| panic!("nothing is taken")).await;
        assert_eq!(refused.unwrap_err().problem().kind, ProblemType::TooLarge);
    }

    #[test]
    fn strangers_take_no_room_from_those_who_are_known() {
        let room = BodyRoom::new(100, 30);
        let strangers = [room.begin(), room.begin()];
        strangers[0].take(10, false).unwrap();
        strangers[1].take(20, false).unwrap();
        let refused = strangers[0].take(1, false).unwrap_err();
        assert_eq!(refused.problem().kind, ProblemType::Unavailable);
        assert_eq!(refused.problem().retry_after, Some(RETRY_BODY_AFTER_SECONDS));
        let known = room.begin();
        known.take(70, true).unwrap();
        known.take(1, true).unwrap_err();
        drop(strangers);
        known.take(30, true).unwrap();
        drop(known);
        assert_eq!(room.all.available_permits(), 100);
        assert_eq!(room.strangers.available_permits(), 30);
    }
}

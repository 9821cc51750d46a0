//! Connections that nobody uses, and answers that nobody takes: both end, so that silence holds neither a place nor
//! memory.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::{
    Response,
    body::{Frame, SizeHint},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep, sleep_until},
};

/// How long a connection may take until its first request has arrived. Without this bound a stranger holds connections
/// open for nothing.
pub(super) const MAX_FIRST_REQUEST_DURATION: Duration = Duration::from_secs(15);

/// How long a connection may rest with no request under way, until the next has arrived; what it did in between is seen
/// when it is looked at next.
const MAX_IDLE_DURATION: Duration = Duration::from_secs(60);

/// How long an answer waits for its reader to take something. What lies in the kernel's buffers is taken in large steps,
/// so that a slow reader takes nothing for a while, too.
pub(super) const MAX_UNTAKEN_DURATION: Duration = Duration::from_secs(60);

/// How often a connection in use is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(30);

/// The most of an answer that is handed over at once. Larger pieces would leave to the connection's buffers what the
/// reader has not asked for.
const MAX_BODY_CHUNK_BYTES: usize = 32 << 10;

/// What happens on one connection.
#[derive(Clone)]
pub(super) struct Watch(Arc<Mutex<Seen>>);

struct Seen {
    used_at: Instant,
    has_asked: bool,
    /// Whether it was in use since it was looked at last.
    was_used: bool,
    under_way: Vec<Weak<Mutex<Giving>>>,
}

/// A request under way.
pub(super) struct TrackedRequest(Arc<Mutex<Giving>>);

/// An answer, from which its source can be taken.
pub(super) struct TrackedBody(Arc<Mutex<Giving>>);

#[derive(Default)]
struct Giving {
    /// What follows; none while the answer is thought about, and none any more where nobody took it.
    source: Option<Body>,
    /// What came from there and was not handed over yet.
    rest: Bytes,
    /// Since when the reader has what was handed over last.
    waits_since: Option<Instant>,
}

/// Nobody took the answer.
#[derive(Debug, thiserror::Error)]
#[error("the answer was not taken")]
struct NotTaken;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Seen {
            used_at: Instant::now(),
            has_asked: false,
            was_used: false,
            under_way: Vec::new(),
        })))
    }

    /// A request has arrived.
    pub(super) fn track_request(&self) -> TrackedRequest {
        let giving = Arc::default();
        let mut seen = lock(&self.0);
        seen.has_asked = true;
        seen.was_used = true;
        seen.under_way.retain(|one| one.strong_count() > 0);
        seen.under_way.push(Arc::downgrade(&giving));
        TrackedRequest(giving)
    }

    /// Waits until the connection has not been used for too long. Lets go meanwhile of answers that nobody takes.
    pub(super) async fn until_unused(self) {
        while let Some(next) = self.look(Instant::now()) {
            sleep_until(next).await;
        }
    }

    /// When to look again; never where the connection has not been used for too long.
    fn look(&self, now: Instant) -> Option<Instant> {
        let mut seen = lock(&self.0);
        seen.under_way
            .retain(|one| one.upgrade().is_some_and(|giving| lock(&giving).goes_on(now)));
        let is_used = !seen.under_way.is_empty();
        // When the last answer ended nobody saw: the end of it may still be on its way.
        if std::mem::replace(&mut seen.was_used, is_used) {
            seen.used_at = now;
        }
        if is_used {
            return Some(now + LOOK_INTERVAL);
        }
        let ends = seen.used_at
            + if seen.has_asked {
                MAX_IDLE_DURATION
            } else {
                MAX_FIRST_REQUEST_DURATION
            };
        (now < ends).then_some(ends)
    }
}

impl TrackedRequest {
    /// The answer, watched until its reader has taken it.
    pub(super) fn answer(self, response: Response<Body>) -> Response<TrackedBody> {
        response.map(|body| {
            lock(&self.0).source = Some(body);
            TrackedBody(self.0)
        })
    }
}

impl Giving {
    /// Whether it is still worth waiting for; what is not gives back what it holds.
    fn goes_on(&mut self, now: Instant) -> bool {
        let goes_on = self.waits_since.is_none_or(|since| now < since + MAX_UNTAKEN_DURATION);
        if !goes_on {
            *self = Self::default();
        }
        goes_on
    }

    fn piece(&mut self) -> Frame<Bytes> {
        let length = self.rest.len().min(MAX_BODY_CHUNK_BYTES);
        self.waits_since = Some(Instant::now());
        Frame::data(self.rest.split_to(length))
    }
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut giving = lock(&self.0);
        giving.waits_since = None;
        if !giving.rest.is_empty() {
            return Poll::Ready(Some(Ok(giving.piece())));
        }
        let Some(source) = &mut giving.source else {
            return Poll::Ready(Some(Err(axum::Error::new(NotTaken))));
        };
        let frame = match ready!(Pin::new(source).poll_frame(context)) {
            Some(Ok(frame)) => frame,
            other => return Poll::Ready(other),
        };
        Poll::Ready(Some(Ok(match frame.into_data() {
            Ok(data) => {
                giving.rest = data;
                giving.piece()
            }
            Err(trailers) => trailers,
        })))
    }

    fn is_end_stream(&self) -> bool {
        let giving = lock(&self.0);
        giving.rest.is_empty() && giving.source.as_ref().is_some_and(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let giving = lock(&self.0);
        let (rest, follows) = (
            giving.rest.len() as u64,
            giving.source.as_ref().map(HttpBody::size_hint).unwrap_or_default(),
        );
        let mut hint = SizeHint::new();
        hint.set_lower(rest + follows.lower());
        if let Some(upper) = follows.upper() {
            hint.set_upper(rest + upper);
        }
        hint
    }
}

/// A stream that fails where its other end takes nothing for too long.
pub(super) struct WriteTimeout<T> {
    stream: T,
    ends: Option<Pin<Box<Sleep>>>,
}

impl<T> WriteTimeout<T> {
    pub(super) fn new(stream: T) -> Self {
        Self { stream, ends: None }
    }

    fn unless_stalled(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.ends = None;
            return written;
        }
        let ends = self.ends.get_or_insert_with(|| Box::pin(sleep(MAX_UNTAKEN_DURATION)));
        ready!(ends.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for WriteTimeout<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_stalled(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.unless_stalled(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

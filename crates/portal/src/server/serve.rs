//! From the listening socket to the router.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{Semaphore, watch},
};
use tower::ServiceExt as _;

use super::watch::{Watch, WriteTimeout};

/// The most connections at once. Further ones wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 20_000;

/// The most of a request's head, and of what is to be written, that a connection holds. Over HTTP/1 an answer goes on when
/// all of that was taken: whoever is slower than this in [`MAX_UNTAKEN_DURATION`](super::watch::MAX_UNTAKEN_DURATION) does not get it.
const MAX_CONNECTION_BUFFER_BYTES: usize = 16 << 10;

/// How much of its bodies a client may send ahead of who reads them, on a stream and on a connection together, over HTTP/2.
/// What nobody has looked at yet is counted nowhere else.
const MAX_UNREAD_BODY_BYTES: u32 = 64 << 10;

/// How long requests under way may take to end once the portal shuts down.
const MAX_SHUTDOWN_DURATION: Duration = Duration::from_secs(20);

/// Serves until `stop` says so, then ends the requests under way.
pub async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let builder = builder();
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let permit = tokio::select! {
            permit = permits.clone().acquire_owned() => permit,
            _ = stop.changed() => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: wait for some to come back instead of spinning.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let connection = connection(&builder, &graceful, stream, peer, router.clone());
        tokio::spawn(async move {
            connection.await;
            drop(permit);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(MAX_SHUTDOWN_DURATION, graceful.shutdown()).await;
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // Without a time limit of its own for heads, which would begin before the end of the last answer was taken.
    builder.http1().max_buf_size(MAX_CONNECTION_BUFFER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .max_concurrent_streams(100)
        .initial_stream_window_size(MAX_UNREAD_BODY_BYTES)
        .initial_connection_window_size(MAX_UNREAD_BODY_BYTES)
        .max_send_buf_size(MAX_CONNECTION_BUFFER_BYTES);
    builder
}

/// Serves one connection to its end.
fn connection(
    builder: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: SocketAddr,
    router: Router,
) -> impl Future<Output = ()> + Send + 'static {
    let watch = Watch::new();
    let watched = watch.clone();
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
        let tracked = watched.track_request();
        let answered = router.clone().oneshot(request);
        async move {
            let response = answered.await.unwrap_or_else(|never| match never {});
            Ok::<_, Infallible>(tracked.answer(response))
        }
    });
    let stream = TokioIo::new(WriteTimeout::new(stream));
    let connection = graceful.watch(builder.serve_connection(stream, service).into_owned());
    async move {
        tokio::select! {
            // What goes wrong on one connection is its client's affair.
            _ = connection => {}
            () = watch.until_unused() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use bytes::Bytes;
    use futures_util::stream;
    use http_body_util::BodyExt as _;
    use hyper::client::conn::http2::{self, SendRequest};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
        task::JoinHandle,
        time::{Instant, sleep},
    };

    use super::{super::watch::MAX_FIRST_REQUEST_DURATION, *};

    static LARGE: [u8; 1 << 20] = [7; 1 << 20];
    const MINUTE: Duration = Duration::from_secs(60);

    /// Answers at once, with much, with something now and then, and without end for as long as somebody holds the other
    /// end of `held`.
    fn router(held: Arc<()>) -> Router {
        let events = || async {
            Body::from_stream(stream::unfold((), |()| async {
                sleep(Duration::from_secs(25)).await;
                Some((Ok::<_, Infallible>(Bytes::from_static(b":")), ()))
            }))
        };
        let endless = move || async move {
            Body::from_stream(stream::repeat_with(move || {
                let _held = &held;
                Ok::<_, Infallible>(Bytes::from_static(&LARGE))
            }))
        };
        Router::new()
            .route("/", get(|| async { "here" }))
            .route("/large", get(|| async { Bytes::from_static(&LARGE) }))
            .route("/events", get(events))
            .route("/endless", get(endless))
    }

    /// The other end of a connection, and for how long it will have been served.
    fn connect(held: Arc<()>) -> (DuplexStream, JoinHandle<Duration>) {
        let (ours, theirs) = tokio::io::duplex(1024);
        let served = tokio::spawn(async move {
            let (began, graceful) = (Instant::now(), GracefulShutdown::new());
            let peer = SocketAddr::from(([127, 0, 0, 1], 1));
            connection(&builder(), &graceful, ours, peer, router(held)).await;
            began.elapsed()
        });
        (theirs, served)
    }

    async fn connect_h2(held: Arc<()>) -> (SendRequest<Body>, JoinHandle<Duration>) {
        let (stream, served) = connect(held);
        let (ask, connection) = http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(64 << 10)
            .handshake(TokioIo::new(stream))
            .await
            .unwrap();
        // Answers every ping.
        tokio::spawn(connection);
        (ask, served)
    }

    async fn ask(path: &str) -> DuplexStream {
        ask_of(connect(Arc::default()).0, path).await
    }

    async fn ask_of(mut stream: DuplexStream, path: &str) -> DuplexStream {
        let head = format!("GET {path} HTTP/1.1\r\nHost: portal.example.test\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    fn to(path: &str) -> Request {
        let uri = format!("http://portal.example.test{path}");
        Request::builder().uri(uri).body(Body::empty()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_asks_is_not_waited_for() {
        for said in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\nHost:"] {
            let (mut stream, served) = connect(Arc::default());
            stream.write_all(said.as_bytes()).await.unwrap();
            let took = served.await.unwrap();
            assert!(
                took >= MAX_FIRST_REQUEST_DURATION && took < 2 * MAX_FIRST_REQUEST_DURATION,
                "{said:?} {took:?}"
            );
        }
        let (_ask, served) = connect_h2(Arc::default()).await;
        assert!(served.await.unwrap() < 2 * MAX_FIRST_REQUEST_DURATION);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_no_more_is_not_waited_for() {
        let (stream, served) = connect(Arc::default());
        let _stream = ask_of(stream, "/").await;
        assert!(served.await.unwrap() <= 2 * MINUTE);

        let (mut ask, served) = connect_h2(Arc::default()).await;
        for _ in 0..6 {
            assert_eq!(ask.send_request(to("/")).await.unwrap().status(), 200);
            sleep(MINUTE / 2).await;
        }
        let took = served.await.unwrap();
        assert!(took > 3 * MINUTE && took < 5 * MINUTE, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_listened_to_lasts() {
        let mut stream = ask("/events").await;
        let (began, mut piece) = (Instant::now(), [0; 1024]);
        while began.elapsed() < 60 * MINUTE {
            assert!(stream.read(&mut piece).await.unwrap() > 0);
        }
        let (mut ask, served) = connect_h2(Arc::default()).await;
        let mut events = ask.send_request(to("/events")).await.unwrap().into_body();
        while began.elapsed() < 120 * MINUTE {
            events.frame().await.unwrap().unwrap();
        }
        assert!(!served.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_gets_all_of_it() {
        let mut stream = ask("/large").await;
        let (mut got, mut piece) = (0, [0; 1024]);
        while got < LARGE.len() {
            let read = stream.read(&mut piece).await.unwrap();
            assert!(read > 0, "{got}");
            got += read;
            sleep(Duration::from_millis(500)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_of_an_answer_is_not_waited_for() {
        for path in ["/large", "/endless"] {
            let held = Arc::new(());
            let (stream, served) = connect(held.clone());
            let _stream = ask_of(stream, path).await;
            let took = served.await.unwrap();
            assert!(took >= MINUTE && took < 3 * MINUTE, "{path} {took:?}");
            assert_eq!(Arc::strong_count(&held), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_taken_is_let_go_of_and_its_connection_goes_on() {
        let held = Arc::new(());
        let (mut ask, _served) = connect_h2(held.clone()).await;
        let not_taken = ask.send_request(to("/endless")).await.unwrap().into_body();
        let before = Arc::strong_count(&held);
        for _ in 0..20 {
            sleep(MINUTE / 6).await;
            assert_eq!(ask.send_request(to("/")).await.unwrap().status(), 200);
        }
        assert_eq!(Arc::strong_count(&held), before - 1, "the answer's source is gone");
        // It is no whole answer to whoever comes back to it.
        let mut not_taken = not_taken;
        let ended = loop {
            match not_taken.frame().await {
                Some(Ok(_)) => {}
                other => break other,
            }
        };
        assert!(ended.unwrap().is_err());
    }
}

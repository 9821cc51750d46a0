use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context as _, Result, ensure};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::Lie;

/// Where the API begins.
const API: &str = "/api/v1";

/// More than any request or answer of the tests takes.
const MAX_BODY_BYTES: usize = 64 << 20;

/// What is said between two neighbours alone (RFC 9110 section 7.6.1), and how a body is packed and how long it is.
const NOT_PASSED_ON: [HeaderName; 6] = [
    header::HOST,
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::CONTENT_LENGTH,
    header::ACCEPT_ENCODING,
    header::UPGRADE,
];

/// A proxy before a portal. It tells the truth until it is told to lie, and ends when it is dropped.
pub struct Liar {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    portal: String,
    client: reqwest::Client,
    lie: RwLock<Option<Lie>>,
    told: AtomicUsize,
    /// What was asked of it, by method and path.
    asked: Mutex<Vec<(Method, String)>>,
    /// What it keeps of the truth, to tell it where it is none.
    kept: Mutex<Vec<Value>>,
}

/// What a client asked, to whom a lie is told.
pub(crate) struct Asked<'a> {
    shared: &'a Shared,
    headers: &'a HeaderMap,
}

impl Liar {
    /// Begins to listen on a port of this machine, for whoever shall take it for the portal at `url`.
    ///
    /// # Errors
    /// Where it cannot listen.
    pub async fn before(url: &str) -> Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let shared = Arc::new(Shared {
            portal: url.trim_end_matches('/').to_owned(),
            client,
            lie: RwLock::default(),
            told: AtomicUsize::new(0),
            asked: Mutex::default(),
            kept: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(pass_on).with_state(shared.clone());
        let serving = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            shared,
            serving,
        })
    }

    /// Where clients find it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lies like that from now on; without a lie, tells the truth.
    pub fn tell(&self, lie: impl Into<Option<Lie>>) {
        *self.shared.lie.write().unwrap_or_else(PoisonError::into_inner) = lie.into();
        self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How often it has lied.
    pub fn told(&self) -> usize {
        self.shared.told.load(Ordering::SeqCst)
    }

    /// How many sealed messages it was handed: whoever has a key packet in one can read it, whether or not it is taken.
    pub fn messages_handed_over(&self) -> usize {
        self.times_asked("POST", "/messages")
    }

    /// How often somebody asked such a thing of it. The path is the one below `/api/v1`.
    pub fn times_asked(&self, method: &str, path: &str) -> usize {
        let asked = self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|(one, at)| *one == method && at == path).count()
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// Where serving ended.
    pub async fn serve(mut self) -> Result<()> {
        Ok((&mut self.serving).await?)
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    fn was_asked(&self, method: &Method, path: &str) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push((method.clone(), path.to_owned()));
    }

    fn lie(&self, method: &Method, path: &str) -> Option<Lie> {
        let lie = self.lie.read().unwrap_or_else(PoisonError::into_inner);
        lie.clone().filter(|lie| lie.is_told_at(method, path))
    }

    fn request(&self, method: Method, path: &str, headers: &HeaderMap) -> reqwest::RequestBuilder {
        let mut passed = headers.clone();
        for name in &NOT_PASSED_ON {
            passed.remove(name);
        }
        let url = format!("{}{path}", self.portal);
        self.client.request(method, url).headers(passed)
    }
}

impl Asked<'_> {
    /// Asks the portal for the truth, in the name of whoever is lied to.
    pub(crate) async fn ask(&self, path: &str, body: Option<Value>) -> Result<Value> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = self
            .shared
            .request(method, &format!("{API}{path}"), self.headers)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(body) = body {
            request = request.body(serde_json::to_vec(&body)?);
        }
        let answer = request.send().await?;
        ensure!(answer.status().is_success(), "{path}: {}", answer.status());
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// Keeps something of the truth, as long as this lie is told.
    pub(crate) fn keep(&self, value: &Value) {
        let mut kept = self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(value.clone());
    }

    /// The first that was kept of those that fit.
    pub(crate) fn first_kept(&self, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let kept = self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|value| fits(value)).cloned()
    }
}

async fn pass_on(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match answer(&shared, request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, format!("the liar: {error:#}")).into_response(),
    }
}

async fn answer(shared: &Shared, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY_BYTES).await?;
    let at = parts.uri.path().strip_prefix(API).unwrap_or_default();
    shared.was_asked(&parts.method, at);
    let path = parts.uri.path_and_query().context("no path")?.as_str();
    let passed = shared.request(parts.method.clone(), path, &parts.headers).body(body);
    let truth = passed.send().await?;
    let (status, mut headers) = (truth.status(), truth.headers().clone());
    for name in &NOT_PASSED_ON {
        headers.remove(name);
    }
    let body = match shared.lie(&parts.method, at) {
        Some(lie) if status.is_success() => {
            let asked = Asked {
                shared,
                headers: &parts.headers,
            };
            let told = lie
                .instead_of(serde_json::from_slice(&truth.bytes().await?)?, at, &asked)
                .await?;
            shared.told.fetch_add(1, Ordering::SeqCst);
            Body::from(Bytes::from(serde_json::to_vec(&told)?))
        }
        // News come one by one on an answer that does not end.
        _ => Body::from_stream(truth.bytes_stream()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

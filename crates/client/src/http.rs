//! Requests and their answers: problem documents become errors, and what passes is waited out.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use reqwest::{
    Method, RequestBuilder, Response, StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE, DATE, HeaderName},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;
use wire::{ACCOUNT_HEADER, LINK_HEADER, Millis, PREFIX, Problem, ids::AccountId};
use zeroize::Zeroizing;

use crate::{Environment, Error};

/// How long the portal may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// How long an answer may pause. An event stream says something every 25 seconds, and the portal itself gives up on an
/// answer after 30.
const MAX_ANSWER_PAUSE: Duration = Duration::from_secs(60);

/// The first wait before a request is repeated, doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// The longest wait before a request is repeated, unless told, and unless the portal asks for a longer one.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: Url,
    pub(crate) patience: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) environment: Environment,
    /// How far this machine's clock was ahead of the portal's when it answered last, in milliseconds.
    ahead: Arc<Mutex<Option<Millis>>>,
}

/// The session that a request is made in.
#[derive(Clone)]
pub(crate) struct InSession {
    /// Its secret.
    pub(crate) bearer: Zeroizing<String>,
    /// Whose it is; unknown only while a kept session is asked for that.
    pub(crate) account: Option<AccountId>,
}

/// One request. Its path begins after `/api/v1`.
pub(crate) struct Ask<'a> {
    method: Method,
    path: &'a str,
    session: Option<InSession>,
    headers: Vec<(HeaderName, String)>,
    body: Option<Bytes>,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(method: Method, path: &'a str) -> Self {
        Self {
            method,
            path,
            session: None,
            headers: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn in_session(mut self, session: InSession) -> Self {
        self.session = Some(session);
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Names the link that it is made by: the portal looks at that before it takes a vault or a parcel.
    pub(crate) fn by_link(self, token: &wire::Bytes) -> Self {
        self.header(HeaderName::from_static(LINK_HEADER), token.to_base64())
    }

    pub(crate) fn json(self, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|_| Error::Answer("a request that is no JSON"))?;
        Ok(self.body(body.into()))
    }

    /// A body that is JSON already.
    pub(crate) fn body(mut self, body: Bytes) -> Self {
        self.body = Some(body);
        self
    }
}

impl Http {
    /// # Errors
    /// Where the URL is none, or would carry a session in the clear over a network.
    pub(crate) fn new(portal: &str, patience: Duration, environment: Environment) -> Result<Self, Error> {
        let mut base: Url = portal
            .parse()
            .map_err(|_| Error::Url("the portal's URL must look like https://portal.example.org"))?;
        match base.scheme() {
            "https" => {}
            "http" if is_loopback(&base) => {}
            _ => return Err(Error::Url("the portal's URL must begin with https://")),
        }
        base.set_query(None);
        base.set_fragment(None);
        let path = base.path().trim_end_matches('/').to_owned() + PREFIX;
        base.set_path(&path);
        let client = reqwest::Client::builder()
            .user_agent(concat!("restante/", env!("CARGO_PKG_VERSION")))
            // A portal does not redirect its API, and a session's secret is for nobody else.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .read_timeout(MAX_ANSWER_PAUSE)
            .build()?;
        Ok(Self {
            client,
            base,
            patience,
            longest_wait: LONGEST_WAIT,
            environment,
            ahead: Arc::default(),
        })
    }

    /// The portal's URL, without the API's prefix.
    pub(crate) fn portal(&self) -> &str {
        self.base.as_str().trim_end_matches(PREFIX)
    }

    /// Asks once, and reads the answer whole.
    pub(crate) async fn once<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, Error> {
        parse(&self.answer(&ask).await?)
    }

    /// Asks, again while there is patience: for requests that may be repeated.
    pub(crate) async fn get<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, Error> {
        parse(&self.patiently(|| self.answer(&ask)).await?)
    }

    /// Like [`Http::get`], where there is nothing to read.
    pub(crate) async fn tell(&self, ask: Ask<'_>) -> Result<(), Error> {
        self.patiently(|| self.answer(&ask)).await.map(|_| ())
    }

    /// Like [`Http::once`], where there is nothing to read.
    pub(crate) async fn tell_once(&self, ask: Ask<'_>) -> Result<(), Error> {
        self.answer(&ask).await.map(|_| ())
    }

    async fn answer(&self, ask: &Ask<'_>) -> Result<Bytes, Error> {
        let mut request = self.request(ask.method.clone(), ask.path, ask.session.as_ref());
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &ask.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        Ok(self.respond(request).await?.bytes().await?)
    }

    /// A request to build on, for what is streamed.
    pub(crate) fn request(&self, method: Method, path: &str, session: Option<&InSession>) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(InSession { bearer, account }) = session {
            request = request.bearer_auth(bearer.as_str());
            if let Some(account) = account {
                request = request.header(ACCOUNT_HEADER, account.to_string());
            }
        }
        request
    }

    /// The head of the answer, which is a success.
    pub(crate) async fn respond(&self, request: RequestBuilder) -> Result<Response, Error> {
        let response = request
            .header(ACCEPT, "application/json, application/problem+json, */*")
            .send()
            .await?;
        if let Some(date) = response.headers().get(DATE).and_then(|date| date.to_str().ok()) {
            self.hear_time(date);
        }
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().await?;
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(problem.into()),
            // A proxy in front of a portal that is being restarted.
            Err(_)
                if matches!(
                    status,
                    StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
                ) =>
            {
                Err(Problem::new(wire::ProblemType::Unavailable).into())
            }
            Err(_) => Err(Error::Answer("an error without a problem document")),
        }
    }

    /// How far this machine's clock was ahead of the portal's when it answered last; none where it never said its time.
    pub(crate) fn ahead(&self) -> Option<Millis> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares the clocks. The portal's time never sets this machine's: it can only make a client refuse.
    fn hear_time(&self, date: &str) {
        let portal = httpdate::parse_http_date(date).ok();
        let portal = portal.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        if let Some(portal) = portal.and_then(|since| Millis::try_from(since.as_millis()).ok()) {
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.environment.now() - portal);
        }
    }

    /// Repeats an attempt while what fails it passes and there is patience, which begins with the first failure.
    pub(crate) async fn patiently<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut deadline = None;
        let mut wait = FIRST_WAIT;
        loop {
            let error = match attempt().await {
                Err(error) if error.is_passing() => error,
                other => return other,
            };
            let until = Instant::now() + error.retry_after().unwrap_or(wait);
            if until > *deadline.get_or_insert_with(|| Instant::now() + self.patience) {
                return Err(error);
            }
            tokio::time::sleep_until(until).await;
            wait = (wait * 2).min(self.longest_wait);
        }
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|_| Error::Answer("an answer of another form"))
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use wire::ProblemType;

    use super::*;

    fn http(portal: &str) -> Result<Http, Error> {
        Http::new(portal, Duration::from_secs(10), Environment::system())
    }

    #[test]
    fn a_session_never_goes_over_a_network_in_the_clear() {
        for portal in [
            "https://portal.example.org",
            "http://127.0.0.1:8080",
            "http://localhost:8080/",
            "http://[::1]:1",
        ] {
            assert!(http(portal).is_ok(), "{portal}");
        }
        for portal in [
            "http://portal.example.org",
            "ftp://127.0.0.1",
            "portal.example.org",
            "http://127.0.0.1.example.org",
        ] {
            assert!(matches!(http(portal), Err(Error::Url(_))), "{portal}");
        }
    }

    #[test]
    fn the_prefix_goes_after_a_path_and_comes_off_again() {
        let portal = http("https://example.org/mail/?x#y").unwrap();
        assert_eq!(portal.base.as_str(), "https://example.org/mail/api/v1");
        assert_eq!(portal.portal(), "https://example.org/mail");
    }

    async fn attempts(errors: Vec<Error>) -> (usize, Result<(), Error>) {
        let http = http("https://portal.example.org").unwrap();
        let (tried, mut errors) = (Cell::new(0), errors.into_iter());
        let result = http
            .patiently(|| {
                tried.set(tried.get() + 1);
                let result = errors.next().map_or(Ok(()), Err);
                async { result }
            })
            .await;
        (tried.get(), result)
    }

    fn unavailable() -> Error {
        Problem::new(ProblemType::Unavailable).into()
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_waited_out_while_there_is_patience() {
        assert!(matches!(
            attempts(vec![unavailable(), unavailable()]).await,
            (3, Ok(()))
        ));
        let (tried, result) = attempts((0..1000).map(|_| unavailable()).collect()).await;
        assert!(tried > 5 && tried < 20, "{tried}");
        assert_eq!(result.unwrap_err().problem(), Some(ProblemType::Unavailable));
    }

    #[tokio::test(start_paused = true)]
    async fn what_lasts_is_told_at_once() {
        let (tried, result) = attempts(vec![Problem::new(ProblemType::NotFound).into()]).await;
        assert_eq!((tried, result.unwrap_err().problem()), (1, Some(ProblemType::NotFound)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_the_portal_asks_for_is_kept() {
        let mut busy = Problem::new(ProblemType::TooManyRequests);
        busy.retry_after = Some(3);
        let before = Instant::now();
        assert!(matches!(attempts(vec![busy.into()]).await, (2, Ok(()))));
        assert!(before.elapsed() >= Duration::from_secs(3));
    }

    #[test]
    fn the_portals_time_is_compared_and_never_taken() {
        let here = 1_764_000_000_000;
        let environment = Environment::new(move || here, || [1; 32]);
        let http = Http::new("https://portal.example.org", Duration::ZERO, environment.clone()).unwrap();
        assert_eq!(http.ahead(), None);
        for (date, ahead) in [
            ("Mon, 24 Nov 2025 16:00:00 GMT", Some(0)),
            ("Mon, 24 Nov 2025 17:00:00 GMT", Some(-3_600_000)),
            // What is no date says nothing.
            ("yesterday", Some(-3_600_000)),
            ("Fri, 21 Nov 2025 16:00:00 GMT", Some(3 * 86_400_000)),
        ] {
            http.hear_time(date);
            assert_eq!(http.ahead(), ahead, "{date}");
        }
        assert_eq!(environment.now(), here);
    }
}

//! A connection to the portal that stays open, and does as little as a client can: what it costs is measured too.

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http_body_util::{BodyExt as _, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response,
    body::{Frame, Incoming},
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A body on its way out.
pub type Body = UnsyncBoxBody<Bytes, std::io::Error>;

pub struct Line {
    sender: SendRequest<Body>,
    host: String,
}

impl Line {
    pub async fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host)
            .await
            .context("the portal takes no connection")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: host.to_owned(),
        })
    }

    /// Asks; the head of the answer, which is a success.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Result<Response<Incoming>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", &self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.sender.ready().await?;
        let response = self.sender.send_request(request.body(body)?).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let problem = response.into_body().collect().await?.to_bytes();
        bail!("{method} {path}: {status} {}", String::from_utf8_lossy(&problem))
    }

    /// Asks with a JSON body, and reads the answer whole.
    pub async fn post(&mut self, path: &str, headers: &[(&str, &str)], json: Bytes) -> Result<Bytes> {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        let response = self.ask("POST", path, &all, whole(json)).await?;
        Ok(response.into_body().collect().await?.to_bytes())
    }

    /// Asks without a body, and reads the answer whole.
    pub async fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Result<Bytes> {
        let response = self.ask("GET", path, headers, whole(Bytes::new())).await?;
        Ok(response.into_body().collect().await?.to_bytes())
    }
}

/// A body that is there.
pub fn whole(bytes: Bytes) -> Body {
    http_body_util::Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// A body that comes in pieces.
pub fn pieces(stream: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static) -> Body {
    StreamBody::new(stream.map(|piece| piece.map(Frame::data))).boxed_unsync()
}

//! From the socket to the rooms: the router with its layers, what handlers ask of a request, and problem documents.

mod demo;
mod extract;
mod guard;
mod health;
mod places;
mod problem;
mod serve;
mod watch;
mod web;

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::de::DeserializeOwned;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    timeout::RequestBodyTimeoutLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use wire::ProblemType;

pub(crate) use extract::{Ask, Body, IdempotencyKey, Named, Network, Replaces};
pub(crate) use guard::{MayBeFramed, policy};
pub(crate) use places::{Place, Places};
pub use problem::{Answer, Error};
pub use serve::serve;
pub(crate) use web::{document, file};

use crate::{Portal, accounts, activations, addresses, admin, changes, files, mailbox, outlook, sessions};

/// How long the portal may take to answer a request that is no stream.
const ANSWER: Duration = Duration::from_secs(30);

/// How long a body may pause on its way in.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// The largest JSON body, in bytes: a sealed body of a MiB in base64, a hundred key packets, a cover.
const JSON_BODY: usize = 4 << 20;

/// The API's document.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Restante",
        description = "The HTTP API of a Restante portal. What is sealed stays sealed here: see the vault for opening.",
        license(name = "Apache-2.0 OR MIT"),
    ),
    components(schemas(wire::Problem, wire::ProblemType))
)]
struct Document;

/// The routes of the API with their document.
fn api() -> OpenApiRouter<Portal> {
    let quick = OpenApiRouter::new()
        .merge(health::routes())
        .merge(accounts::routes())
        .merge(sessions::routes())
        .merge(activations::routes())
        .merge(outlook::routes())
        .merge(addresses::routes())
        .merge(mailbox::routes())
        .merge(files::routes())
        .merge(admin::routes())
        .merge(changes::routes())
        .layer(DefaultBodyLimit::max(JSON_BODY))
        .layer(middleware::from_fn(in_time));
    let streamed = files::upload_routes().layer(DefaultBodyLimit::disable());
    OpenApiRouter::with_openapi(Document::openapi()).nest(wire::PREFIX, quick.merge(streamed))
}

/// The OpenAPI document of the API, as JSON.
pub fn openapi() -> String {
    let mut document = api().split_for_parts().1;
    // Every route can answer a problem, and has a name that no other has; said once here instead of on each.
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(operation_id(method, path));
            let problem = utoipa::openapi::ResponseBuilder::new()
                .description("a problem document (RFC 9457)")
                .content(
                    "application/problem+json",
                    utoipa::openapi::ContentBuilder::new()
                        .schema(Some(utoipa::openapi::Ref::from_schema_name("Problem")))
                        .build(),
                )
                .build();
            operation.responses.responses.insert("default".into(), problem.into());
        }
    }
    document.to_pretty_json().unwrap_or_default()
}

/// `post /api/v1/claims/{id}/mail` is `post_claims_id_mail`.
fn operation_id(method: &str, path: &str) -> String {
    let words = path
        .strip_prefix(wire::PREFIX)
        .unwrap_or(path)
        .split(['/', '-', '{', '}']);
    words
        .filter(|word| !word.is_empty())
        .fold(method.to_owned(), |id, word| id + "_" + word)
}

/// Everything the portal serves.
pub fn router(portal: Portal) -> Router {
    let (api, _) = api().split_for_parts();
    let mut router = api
        .route("/api/v1/openapi.json", get(web::openapi))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready));
    if portal.settings.demo {
        router = router
            .route("/demo/basic-mail", get(demo::basic_mail))
            .route("/demo/basic-mail.json", get(demo::basic_mail_json));
    }
    router
        .merge(addresses::web_key_directory())
        .merge(outlook::documents())
        .route(
            "/api/{*rest}",
            axum::routing::any(|| async { Error::from(ProblemType::NotFound) }),
        )
        .fallback(web::serve)
        .method_not_allowed_fallback(|| async { Error::from(ProblemType::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(portal.clone(), guard::origin))
        .layer(middleware::from_fn_with_state(guard::Limits::new(&portal), guard::rate))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(CompressionLayer::new().compress_when(web::compressible()))
        .layer(middleware::from_fn_with_state(portal.clone(), guard::headers))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a handler panicked");
            Error::from(ProblemType::Internal).into_response()
        }))
        // The route's pattern, never its path: an id or a hash in a log is personal data.
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &Request| {
                    let route = request
                        .extensions()
                        .get::<MatchedPath>()
                        .map_or("-", |path| path.as_str());
                    tracing::info_span!("request", method = %request.method(), route)
                })
                .on_response(DefaultOnResponse::new().level(tracing::Level::INFO)),
        )
        .with_state(portal)
}

/// Answers `timed-out` where the portal takes too long.
async fn in_time(request: Request, next: Next) -> Response {
    // A stream's head is answered at once; what follows is not waited for here.
    match tokio::time::timeout(ANSWER, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::from(ProblemType::TimedOut).into_response(),
    }
}

/// A JSON body of which the handler keeps the raw bytes too.
pub(crate) fn parse<T: DeserializeOwned>(raw: &[u8]) -> Answer<T> {
    axum::Json::from_bytes(raw)
        .map(|axum::Json(body)| body)
        .map_err(|rejection| extract::refusal(&rejection))
}

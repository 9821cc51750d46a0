//! Everything that the portal serves, with the layers before it.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    middleware,
    response::IntoResponse as _,
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    timeout::RequestBodyTimeoutLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use wire::ProblemType;

use super::{api, demo, guard, health, web};
use crate::{Error, Portal, http::BodyRoom, keys, outlook};

/// How long a body may pause on its way in.
const MAX_BODY_PAUSE: Duration = Duration::from_secs(30);

/// Everything the portal serves.
pub fn router(portal: Portal) -> Router {
    let (api, _) = api::api().split_for_parts();
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
        .merge(keys::web_key_directory())
        .merge(outlook::documents())
        .route(
            "/api/{*rest}",
            axum::routing::any(|| async { Error::from(ProblemType::NotFound) }),
        )
        .fallback(web::serve)
        .method_not_allowed_fallback(|| async { Error::from(ProblemType::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(portal.clone(), guard::origin))
        .layer(middleware::from_fn_with_state(guard::Limits::new(&portal), guard::rate))
        // Bodies have limits of their own, by who sends them.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(BodyRoom::default(), guard::bodies))
        .layer(RequestBodyTimeoutLayer::new(MAX_BODY_PAUSE))
        .layer(CompressionLayer::new().compress_when(web::compressible()))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a handler panicked");
            Error::from(ProblemType::Internal).into_response()
        }))
        // Around that, so that no answer is without them.
        .layer(middleware::from_fn_with_state(portal.clone(), guard::headers))
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

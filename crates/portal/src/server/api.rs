//! The API: its routes, and the document that describes them.

use std::time::Duration;

use axum::{
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use wire::ProblemType;

use super::{health, web};
use crate::{
    Error, Portal, activations, activity, admin, alarms, aliases, changes, files, keys, mailbox, outlook, registration,
    sending, sessions,
};

/// How long the portal may take to answer a request that is no stream.
const MAX_ANSWER_DURATION: Duration = Duration::from_secs(30);

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
pub(super) fn api() -> OpenApiRouter<Portal> {
    let quick = OpenApiRouter::new()
        .merge(health::routes())
        .merge(registration::routes())
        .merge(keys::routes())
        .merge(activity::routes())
        .merge(alarms::routes())
        .merge(sessions::routes())
        .merge(activations::routes())
        .merge(outlook::routes())
        .merge(sending::routes())
        .merge(aliases::routes())
        .merge(mailbox::routes())
        .merge(files::routes())
        .merge(admin::routes())
        .merge(changes::routes())
        .layer(middleware::from_fn(in_time));
    let routes = quick
        .merge(files::upload_routes())
        .layer(middleware::from_fn(web::as_it_is));
    OpenApiRouter::with_openapi(Document::openapi()).nest(wire::PREFIX, routes)
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

/// Answers `timed-out` where the portal takes too long.
async fn in_time(request: Request, next: Next) -> Response {
    // A stream's head is answered at once; what follows is not waited for here.
    match tokio::time::timeout(MAX_ANSWER_DURATION, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::from(ProblemType::TimedOut).into_response(),
    }
}

//! The stream that says when to look at the feed.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};

use super::feed::latest;
use crate::{Portal, Result, http::Caller, ports::wakes::Listener};

/// How often a quiet stream says that it is there: under the 30 s after which common proxies drop a silent connection.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// A stream that says when to look for changes.
///
/// Event `change`, its data the number of the last change. It ends with the session.
#[utoipa::path(
    get, path = "/events", tag = "changes",
    responses((status = 200, content_type = "text/event-stream", body = String)),
)]
pub(super) async fn listen(State(portal): State<Portal>, caller: Caller) -> Result<Response> {
    let listener = portal.wakes.listen(caller.account);
    let first = latest(&mut *portal.store.read().await?, caller.account).await?;
    let stream = futures_util::stream::unfold(
        Listening {
            portal,
            caller,
            listener,
            said: None,
            next: Some(first),
        },
        step,
    );
    Ok(Sse::new(stream).into_response())
}

struct Listening {
    portal: Portal,
    caller: Caller,
    listener: Listener,
    said: Option<i64>,
    next: Option<i64>,
}

async fn step(mut state: Listening) -> Option<(Result<Event, Infallible>, Listening)> {
    if let Some(latest) = state.next.take() {
        state.said = Some(latest);
        return Some((Ok(Event::default().event("change").data(latest.to_string())), state));
    }
    loop {
        let word = state.listener.next();
        if state.portal.wakes.are_closing() {
            return None;
        }
        let mut db = state.portal.store.read().await.ok()?;
        // The stream must not outlive the session, and another process's changes have no word here.
        if !state.caller.is_still_signed_in(&mut db, state.portal.now()).await {
            return None;
        }
        let latest = latest(&mut db, state.caller.account).await.ok()?;
        drop(db);
        if state.said != Some(latest) {
            state.said = Some(latest);
            return Some((Ok(Event::default().event("change").data(latest.to_string())), state));
        }
        if tokio::time::timeout(HEARTBEAT, word).await.is_err() {
            return Some((Ok(Event::default().comment("")), state));
        }
    }
}

//! The stream that says when to look at the feed.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};

use wire::{Problem, ProblemType};

use super::feed::latest;
use crate::{
    Portal, Result,
    http::{Caller, standing_sessions},
    ports::wakes::{Listener, Seen},
    storage::StoreError,
};

/// How often a quiet stream says that it is there: under the 30 s after which common proxies drop a silent connection.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// After how many seconds a stream may be asked for again that found no place.
const RETRY_STREAM_AFTER_SECONDS: u32 = 30;

/// A stream that says when to look for changes.
///
/// Event `change`, its data the number of the last change. It ends with the session. Twenty of an account at once.
#[utoipa::path(
    get, path = "/events", tag = "changes",
    responses((status = 200, content_type = "text/event-stream", body = String)),
)]
pub(super) async fn listen(State(portal): State<Portal>, caller: Caller) -> Result<Response> {
    let listener = portal.wakes.listen(caller.account).ok_or_else(|| {
        Problem::new(ProblemType::TooManyRequests)
            .detail("too many event streams of one account")
            .retry_after(RETRY_STREAM_AFTER_SECONDS)
    })?;
    let first = latest(&mut *portal.store.read().await?, caller.account).await?;
    let listening = Listening {
        portal,
        caller,
        listener,
        said: None,
        next: Some(first),
    };
    Ok(Sse::new(futures_util::stream::unfold(listening, step)).into_response())
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
        return Some(say(state, latest));
    }
    loop {
        let word = state.listener.next();
        if state.portal.wakes.are_closing() {
            return None;
        }
        let seen = state.listener.look(async || look(&state).await).await.ok()?;
        // The stream must not outlive the session.
        if !seen.sessions.contains(&state.caller.session) {
            return None;
        }
        if state.said != Some(seen.latest) {
            return Some(say(state, seen.latest));
        }
        if tokio::time::timeout(HEARTBEAT, word).await.is_err() {
            // Another process's changes have no word here.
            state.listener.forget().await;
            return Some((Ok(Event::default().comment("")), state));
        }
    }
}

fn say(mut state: Listening, latest: i64) -> (Result<Event, Infallible>, Listening) {
    state.said = Some(latest);
    (Ok(Event::default().event("change").data(latest.to_string())), state)
}

/// What all streams of an account need to know.
async fn look(state: &Listening) -> Result<Seen, StoreError> {
    let account = state.caller.account;
    let mut db = state.portal.store.read().await?;
    Ok(Seen {
        latest: latest(&mut db, account).await?,
        sessions: standing_sessions(&mut db, account, state.portal.now()).await?,
    })
}

//! What the portal does by itself: send basic mail, and sweep what time has ended.

use std::time::Duration;

use tokio::sync::watch;

use crate::{
    Portal, Result, alarms, aliases, files, http::idempotency, keys, mailer, outbox, registration, sessions,
    storage::StoreError,
};

/// How long the outbox rests where nothing wakes it: another process may have put something in.
const MAX_OUTBOX_REST: Duration = Duration::from_secs(5);

/// How often what time has ended is swept.
const SWEEP_INTERVAL: Duration = Duration::from_secs(600);

/// Works until `stop` says so, finishing what is under way.
pub async fn run(portal: Portal, stop: watch::Receiver<bool>) {
    tokio::join!(outbox(&portal, stop.clone()), sweeps(&portal, stop));
}

async fn outbox(portal: &Portal, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let next = match send_due(portal).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be worked");
                None
            }
        };
        let rest = next.map_or(MAX_OUTBOX_REST, |next| {
            Duration::from_millis((next - portal.now()).max(0).unsigned_abs()).min(MAX_OUTBOX_REST)
        });
        tokio::select! {
            () = portal.wakes.outbox() => {}
            () = tokio::time::sleep(rest.max(Duration::from_millis(10))) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Sends every mail that is due now, and answers when the next one is.
///
/// # Errors
/// Where the database cannot be reached.
pub async fn send_due(portal: &Portal) -> Result<Option<wire::Millis>, StoreError> {
    mailer::deliver_due(portal).await
}

async fn sweeps(portal: &Portal, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = sweep(portal).await {
            tracing::error!(problem = error.problem().kind.slug(), "the sweep failed");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_INTERVAL) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Sweeps what time has ended: sessions, sign-ins, attempts, idempotency keys, links, parcels that were taken
/// in, claims, mails that went out, files that no message names. And hands over what was withheld for long enough.
///
/// # Errors
/// Where database or blob store cannot be reached.
pub async fn sweep(portal: &Portal) -> Result<()> {
    let now = portal.now();
    let mut unit = portal.begin_unguarded().await?;
    sessions::sweep(&mut unit, now, portal.settings.session_lifetime).await?;
    idempotency::sweep(&mut unit, now).await?;
    alarms::sweep(&mut unit, now).await?;
    registration::sweep(&mut unit, now, portal.settings.invitation_lifetime).await?;
    keys::sweep(&mut unit, now).await?;
    // Mails before the claims that they name.
    outbox::sweep(&mut unit, now).await?;
    aliases::sweep(&mut unit, now, portal.settings.claim_lifetime).await?;
    unit.commit().await?;
    aliases::join_due(portal).await?;
    files::sweep(portal, now).await
}

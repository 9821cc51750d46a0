//! From a row of the outbox to what its mail says, when it goes out.
//!
//! The secret of its link is made here and stored hashed, so that it stands nowhere but in the mail; what may have changed
//! since the row was put in is read anew.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use wire::people::AccountState;

use super::{due::Due, kind::Kind, letter::Letter};
use crate::{
    Portal, accounts, addresses,
    storage::{Key as _, RowExt as _, StoreError},
};

/// What a mail says now; `None` where there is nothing to say any more.
pub(super) async fn letter<'a>(portal: &Portal, due: &'a Due) -> Result<Option<Letter<'a>>, StoreError> {
    let letter = Letter {
        id: due.id,
        kind: due.kind,
        to: &due.address,
        sender_name: due.sender_name.as_deref(),
        about: due.about.clone(),
        by_administrator: false,
        link: format!("{}/", portal.settings.public_url),
        until: None,
    };
    match due.kind {
        Kind::Notification => Ok(notification(portal, due, letter)),
        Kind::Invitation => invitation(portal, due, letter).await,
        Kind::Claim => claim(portal, due, letter).await,
        Kind::NewAddress => Ok(Some(letter)),
        Kind::Warning(_) => {
            let mut unit = portal.store.begin().await?;
            let alarm = accounts::issue_alarm(portal, &mut unit, due.account, &due.address, due.created_at).await?;
            portal.commit(unit).await?;
            Ok(Some(Letter {
                link: link(portal, "alarm", &alarm.secret),
                until: Some(alarm.expires_at),
                ..letter
            }))
        }
    }
}

fn notification<'a>(portal: &Portal, due: &Due, letter: Letter<'a>) -> Option<Letter<'a>> {
    let delivery = due.delivery?;
    Some(Letter {
        kind: Kind::Notification,
        link: format!("{}/inbox/{delivery}", portal.settings.public_url),
        ..letter
    })
}

/// Somebody who registered since, or whose address was confirmed for an account, gets the way to the message instead.
async fn invitation<'a>(portal: &Portal, due: &Due, letter: Letter<'a>) -> Result<Option<Letter<'a>>, StoreError> {
    let mut unit = portal.store.begin().await?;
    if accounts::find(&mut unit, due.account).await?.state != AccountState::Invited {
        return Ok(notification(portal, due, letter));
    }
    let secret = accounts::issue_link(portal, &mut unit, due.account).await?;
    portal.commit(unit).await?;
    Ok(Some(Letter {
        link: link(portal, "register", &secret),
        ..letter
    }))
}

/// A claim that has ended asks for nothing any more.
async fn claim<'a>(portal: &Portal, due: &Due, letter: Letter<'a>) -> Result<Option<Letter<'a>>, StoreError> {
    let Some(id) = due.claim else { return Ok(None) };
    let mut unit = portal.store.begin().await?;
    let Some(secret) = addresses::issue_claim_link(portal, &mut unit, id).await? else {
        return Ok(None);
    };
    let row = sqlx::query("SELECT by_administrator, expires_at FROM claims WHERE id = $1")
        .bind(id.key())
        .fetch_one(&mut *unit)
        .await?;
    let letter = Letter {
        about: Some(accounts::destination(&mut unit, due.account).await?),
        by_administrator: row.flag("by_administrator")?,
        link: link(portal, "confirm", &secret),
        until: Some(row.millis("expires_at")?),
        ..letter
    };
    portal.commit(unit).await?;
    Ok(Some(letter))
}

/// The link to a page that takes a secret: in the fragment, which no server log and no referrer has.
pub(crate) fn link(portal: &Portal, page: &str, secret: &[u8; 32]) -> String {
    format!(
        "{}/{page}#{}",
        portal.settings.public_url,
        URL_SAFE_NO_PAD.encode(secret)
    )
}

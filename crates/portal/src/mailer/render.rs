//! From a row of the outbox to what its mail says, when it goes out.
//!
//! The secret of its link is made here and stored hashed, so that it stands nowhere but in the mail; what may have changed
//! since the row was put in is read anew.

use wire::people::AccountState;

use super::letter::Letter;
use crate::{
    Portal, accounts, alarms, aliases,
    outbox::{Due, MailKind},
    registration::{self, LinkBy},
    sessions,
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
        MailKind::Notification => Ok(notification(portal, due, letter)),
        MailKind::Invitation => invitation(portal, due, letter).await,
        MailKind::Claim => claim(portal, due, letter).await,
        MailKind::DeviceLink => device_link(portal, due, letter).await,
        MailKind::NewAddress => Ok(Some(letter)),
        MailKind::SecurityNotice(_) => {
            let mut unit = portal.begin_unguarded().await?;
            let alarm = alarms::issue_alarm(portal, &mut unit, due.account, &due.address, due.created_at).await?;
            unit.commit().await?;
            Ok(Some(Letter {
                link: portal.link("alarm", &alarm.secret),
                until: Some(alarm.expires_at),
                ..letter
            }))
        }
    }
}

fn notification<'a>(portal: &Portal, due: &Due, letter: Letter<'a>) -> Option<Letter<'a>> {
    let delivery = due.delivery?;
    Some(Letter {
        kind: MailKind::Notification,
        link: format!("{}/inbox/{delivery}", portal.settings.public_url),
        ..letter
    })
}

/// Somebody who registered since, or whose address was confirmed for an account, gets the way to the message instead.
async fn invitation<'a>(portal: &Portal, due: &Due, letter: Letter<'a>) -> Result<Option<Letter<'a>>, StoreError> {
    let mut unit = portal.begin_unguarded().await?;
    if accounts::find(&mut unit, due.account).await?.state != AccountState::Invited {
        return Ok(notification(portal, due, letter));
    }
    let secret = registration::issue_link(portal, &mut unit, due.account, LinkBy::Mail).await?;
    unit.commit().await?;
    Ok(Some(Letter {
        link: portal.link("register", &secret),
        ..letter
    }))
}

/// A claim that has ended asks for nothing any more.
async fn claim<'a>(portal: &Portal, due: &Due, letter: Letter<'a>) -> Result<Option<Letter<'a>>, StoreError> {
    let Some(id) = due.claim else { return Ok(None) };
    let mut unit = portal.begin_unguarded().await?;
    let Some(secret) = aliases::issue_claim_link(portal, &mut unit, id).await? else {
        return Ok(None);
    };
    let row = sqlx::query("SELECT by_administrator, expires_at FROM claims WHERE id = $1")
        .bind(id.key())
        .fetch_one(&mut **unit)
        .await?;
    let letter = Letter {
        about: Some(accounts::destination(&mut unit, due.account).await?),
        by_administrator: row.flag("by_administrator")?,
        link: portal.link("confirm", &secret),
        until: Some(row.millis("expires_at")?),
        ..letter
    };
    unit.commit().await?;
    Ok(Some(letter))
}

/// Whoever asked for it may have given up, or the address been taken off the account.
async fn device_link<'a>(portal: &Portal, due: &Due, letter: Letter<'a>) -> Result<Option<Letter<'a>>, StoreError> {
    let mut unit = portal.begin_unguarded().await?;
    let to = (due.account, &due.address);
    let Some(link) = sessions::issue_device_link(portal, &mut unit, to, due.created_at).await? else {
        return Ok(None);
    };
    unit.commit().await?;
    Ok(Some(Letter {
        link: portal.link("device", &link.secret),
        until: Some(link.expires_at),
        ..letter
    }))
}

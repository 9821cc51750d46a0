//! Preparing recipients: the certificates to seal a message to, and the rule of who may write to whom.

use axum::{Json, extract::State};
use wire::{
    Address, Problem, ProblemType,
    people::{AccountState, PrepareRecipients, Recipient, Standing as Shown},
    sessions::AccountKind,
};

use super::{Standing, have_dealt, resolve};
use crate::{
    Portal, accounts,
    http::{Answer, Body},
    mailbox,
    sessions::Caller,
    settings::DAY,
    storage::{StoreError, Unit},
};

/// What a writer and an addressee have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    /// What the addressee is.
    pub(crate) kind: AccountKind,
    /// Whether the addressee is disabled.
    pub(crate) disabled: bool,
    /// Whether a message went between the two before.
    pub(crate) dealt: bool,
    /// Whether the addressee took part, visibly to the writer, in the message that is answered.
    pub(crate) answered: bool,
    /// Whether they are the same.
    pub(crate) oneself: bool,
}

/// Whether a writer may write to an addressee that exists: a Professional to anyone, a Guest to itself, to
/// Professionals it has dealt with, and to whoever took part in the message that it answers.
pub(crate) fn may_write(writer: AccountKind, to: Relation) -> bool {
    !to.disabled
        && match writer {
            AccountKind::Professional => true,
            AccountKind::Guest => to.oneself || to.answered || (to.dealt && to.kind == AccountKind::Professional),
        }
}

/// The certificates of those a message is to go to.
///
/// A Professional invites addresses that nobody has: their account is made, and the key that their mail will wait under.
/// They are told once a message was sent, not before. A Guest gets `recipients-not-allowed` alike for an address that
/// exists and one that does not.
#[utoipa::path(
    post, path = "/recipients", tag = "sending",
    request_body = PrepareRecipients, responses((status = 200, body = [Recipient])),
)]
pub(super) async fn prepare(
    State(portal): State<Portal>,
    caller: Caller,
    Body(request): Body<PrepareRecipients>,
) -> Answer<Json<Vec<Recipient>>> {
    if request.addresses.len() > portal.settings.max_recipients as usize {
        return Err(Problem::new(ProblemType::TooLarge).detail("too many recipients").into());
    }
    let mut unit = portal.store.begin().await?;
    let answered = match request.in_reply_to {
        Some(delivery) => mailbox::visible_participants(&mut unit, caller.account, delivery).await?,
        None => Vec::new(),
    };
    let mut recipients = Vec::new();
    let mut refused = Vec::new();
    let mut invited = false;
    for address in request.addresses {
        let standing = match resolve(&mut unit, &address).await? {
            Standing::Unknown if caller.kind == AccountKind::Professional => {
                invited = true;
                let new = accounts::invite(&portal, &mut unit, &address, AccountKind::Guest, Some(caller.account));
                Standing::Invited(new.await?.account())
            }
            other => other,
        };
        let account = match standing {
            Standing::Registered(account) | Standing::Invited(account) => account,
            Standing::Unknown => {
                refused.push(address.as_typed().to_owned());
                continue;
            }
        };
        let known = accounts::find(&mut unit, account).await?;
        let relation = Relation {
            kind: known.kind,
            disabled: known.state == AccountState::Disabled,
            dealt: have_dealt(&mut unit, caller.account, account).await?,
            answered: answered.contains(&account),
            oneself: caller.account == account,
        };
        if !may_write(caller.kind, relation) {
            refused.push(address.as_typed().to_owned());
            continue;
        }
        recipients.push(recipient(&mut unit, address, known).await?);
    }
    if !refused.is_empty() {
        let mut problem = Problem::new(ProblemType::RecipientsNotAllowed);
        problem.addresses = refused;
        return Err(problem.into());
    }
    if invited {
        let today = accounts::invited_since(&mut unit, caller.account, portal.now() - DAY).await?;
        if today > i64::from(portal.settings.invitations_a_day) {
            return Err(Problem::new(ProblemType::TooManyRequests)
                .detail("no more invitations today")
                .into());
        }
        portal.commit(unit).await?;
    } else {
        unit.rollback().await;
    }
    Ok(Json(recipients))
}

/// The certificate is reduced to the one address asked for, so that no alias leads to another.
async fn recipient(unit: &mut Unit, address: Address, known: accounts::Known) -> Result<Recipient, StoreError> {
    let stored = accounts::certificate(unit, &known.fingerprint).await?;
    let certificate = certificate::Certificate::parse(stored.as_ref()).map_err(|_| StoreError::Corrupt)?;
    let user_id = certificate
        .user_ids()
        .find(|id| id.parse::<Address>().is_ok_and(|id| id == address))
        .map(str::to_owned);
    let certificate = match user_id {
        Some(user_id) => certificate
            .reduced_to(&user_id)
            .map_err(|_| StoreError::Corrupt)?
            .to_bytes(),
        // A client that did not get to re-sign its certificate repairs it later; the key is right all the same.
        None => stored.0,
    };
    Ok(Recipient {
        address,
        account: known.id,
        standing: match known.state {
            AccountState::Invited => Shown::Invited,
            _ => Shown::Registered,
        },
        name: known.name,
        certificate: certificate.into(),
        predecessors: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn relation()(guest: bool, disabled: bool, dealt: bool, answered: bool, oneself: bool) -> Relation {
            let kind = if guest { AccountKind::Guest } else { AccountKind::Professional };
            Relation { kind, disabled, dealt, answered, oneself }
        }
    }

    proptest! {
        #[test]
        fn nobody_writes_to_a_disabled_account(to in relation(), guest: bool) {
            let writer = if guest { AccountKind::Guest } else { AccountKind::Professional };
            let to = Relation { disabled: true, ..to };
            prop_assert!(!may_write(writer, to));
        }

        #[test]
        fn a_guest_never_begins_with_a_stranger_or_another_guest(to in relation()) {
            if may_write(AccountKind::Guest, to) && !to.answered && !to.oneself {
                prop_assert!(to.dealt && to.kind == AccountKind::Professional);
            }
        }

        #[test]
        fn a_professional_writes_to_anyone_else(to in relation()) {
            prop_assert_eq!(may_write(AccountKind::Professional, to), !to.disabled);
        }
    }
}

//! The links that confirm claims. A link's secret stands in its mail and, hashed, in the database.

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use wire::{
    Address, Millis, ProblemType, Sha256,
    ids::{AccountId, ClaimId},
    mailbox::Change,
    sessions::ActivityKind,
};

use super::claims;
use crate::{
    Portal, Result, accounts, activity, changes,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How a claim ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ClaimEnd {
    /// The address became the claimant's.
    Confirmed,
    /// By the claimant, or because something is wrong with the claimant's account.
    Cancelled,
    /// Whoever reads the address said that it was not them.
    Refused,
    /// By wrong numbers.
    Guessed,
}

/// What is told of a claim that has ended.
pub(super) fn problem_of(ended: ClaimEnd) -> ProblemType {
    match ended {
        ClaimEnd::Confirmed => ProblemType::ClaimConfirmed,
        ClaimEnd::Cancelled | ClaimEnd::Refused | ClaimEnd::Guessed => ProblemType::ClaimEnded,
    }
}

/// The claim behind a link.
pub(super) struct LinkedClaim {
    pub(super) id: ClaimId,
    pub(super) account: AccountId,
    pub(super) address: Address,
    pub(super) number: String,
    pub(super) by_administrator: bool,
    pub(super) expires_at: Millis,
    pub(super) ended: Option<ClaimEnd>,
    /// Whether no newer mail has replaced the link.
    pub(super) newest: bool,
    /// A proof of another account's password, hashed; whose; and until when it counts.
    pub(super) proof: Option<(Vec<u8>, AccountId, Millis)>,
}

/// The claim behind a link's secret, whatever its state. Found by the hash: what the index compares, and may leak the
/// timing of, is worth nothing.
pub(super) async fn find_by_token(db: &mut AnyConnection, token: &[u8]) -> Result<LinkedClaim> {
    let hash = Sha256::of(token);
    let row = sqlx::query(
        "SELECT c.id, c.account, c.typed, c.number, c.by_administrator, c.token, c.expires_at, c.ended, c.proof, \
             c.proof_account, c.proof_until \
         FROM claim_tokens t JOIN claims c ON c.id = t.claim WHERE t.hash = $1",
    )
    .bind(hash.key())
    .fetch_optional(db)
    .await
    .map_err(StoreError::from)?
    .ok_or(ProblemType::LinkUnknown)?;
    let proof = match (
        row.maybe_bytes("proof")?,
        row.maybe_key("proof_account")?,
        row.maybe_int("proof_until")?,
    ) {
        (Some(proof), Some(account), Some(until)) => Some((proof, account, until)),
        _ => None,
    };
    Ok(LinkedClaim {
        id: row.key("id")?,
        account: row.key("account")?,
        address: row.address("typed")?,
        number: row.text("number")?,
        by_administrator: row.flag("by_administrator")?,
        expires_at: row.millis("expires_at")?,
        ended: row.maybe_text("ended")?.map(|_| row.name("ended")).transpose()?,
        newest: row.maybe_bytes("token")?.as_deref() == Some(hash.key()),
        proof,
    })
}

impl LinkedClaim {
    /// Refuses a link that leads nowhere any more, and says why.
    pub(super) fn ensure_open(&self, now: Millis) -> Result<(), ProblemType> {
        match self.ended {
            Some(ended) => Err(problem_of(ended)),
            None if !self.newest => Err(ProblemType::LinkReplaced),
            None if self.expires_at <= now => Err(ProblemType::LinkExpired),
            None => Ok(()),
        }
    }
}

/// Makes the secret of a claim's newest link, which lives its time from now on; `None` where the claim has ended. For
/// the mail that is being made.
///
/// # Errors
/// Where the database fails.
pub async fn issue_claim_link(portal: &Portal, unit: &mut Unit, id: ClaimId) -> Result<Option<[u8; 32]>, StoreError> {
    let secret = portal.entropy.secret();
    let hash = Sha256::of(&secret);
    let issued = sqlx::query("UPDATE claims SET token = $2, expires_at = $3 WHERE id = $1 AND ended IS NULL")
        .bind(id.key())
        .bind(hash.key())
        .bind(portal.now() + portal.settings.claim_lifetime)
        .execute(&mut **unit)
        .await?
        .rows_affected();
    if issued == 0 {
        return Ok(None);
    }
    sqlx::query("INSERT INTO claim_tokens (hash, claim) VALUES ($1, $2)")
        .bind(hash.key())
        .bind(id.key())
        .execute(&mut **unit)
        .await?;
    Ok(Some(secret))
}

/// *This wasn't me*: ends the claim, by any of its links. Twice is once.
///
/// # Errors
/// `link-unknown`, `claim-confirmed`, `claim-ended`.
pub async fn refuse_claim(portal: &Portal, unit: &mut Unit, token: &[u8]) -> Result<()> {
    let claimant = find_by_token(unit, token).await?.account;
    accounts::lock_accounts(unit, &[claimant]).await?;
    let linked = find_by_token(unit, token).await?;
    match linked.ended {
        Some(ClaimEnd::Refused) => Ok(()),
        Some(ended) => Err(problem_of(ended).into()),
        None => {
            claims::end(portal, unit, linked.id, ClaimEnd::Refused).await?;
            let kind = ActivityKind::ClaimRefused;
            activity::record_about(portal, unit, linked.account, kind, &linked.address, false).await?;
            changes::append(unit, linked.account, Change::Account).await?;
            Ok(())
        }
    }
}

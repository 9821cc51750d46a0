//! Requests that are done once, however often they are made: the answer is kept with what was done.

use serde::{Serialize, de::DeserializeOwned};
use sqlx::AnyConnection;
use wire::{Millis, ProblemType, Sha256, ids::AccountId};

use super::IdempotencyKey;
use crate::{
    Result,
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How long an answer is kept.
const ANSWER_KEPT_FOR: Millis = DAY;

/// One request, by what its client calls it and by what it asks.
pub(crate) struct Request {
    key: String,
    hash: Sha256,
}

impl Request {
    /// The request of that key and body.
    pub(crate) fn new(IdempotencyKey(key): IdempotencyKey, body: &[u8]) -> Self {
        let hash = Sha256::of(body);
        Self { key, hash }
    }

    /// What an account was answered to this request before.
    ///
    /// # Errors
    /// `idempotency-conflict` where another request had the key.
    pub(crate) async fn answered_before<T: DeserializeOwned>(
        &self,
        db: &mut AnyConnection,
        account: AccountId,
    ) -> Result<Option<T>> {
        let row = sqlx::query("SELECT request, response FROM idempotency_keys WHERE account = $1 AND key = $2")
            .bind(account.key())
            .bind(&self.key)
            .fetch_optional(db)
            .await
            .map_err(StoreError::from)?;
        match row {
            None => Ok(None),
            Some(row) if row.key::<Sha256>("request")? == self.hash => Ok(Some(row.json("response")?)),
            Some(_) => Err(ProblemType::IdempotencyConflict.into()),
        }
    }

    /// Keeps the answer, in the unit that does what was asked.
    ///
    /// # Errors
    /// `Conflict` where a request at the same time had the key.
    pub(crate) async fn remember<T: Serialize>(
        &self,
        unit: &mut Unit,
        account: AccountId,
        answer: &T,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO idempotency_keys (account, key, request, response, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(account.key())
        .bind(&self.key)
        .bind(self.hash.key())
        .bind(serde_json::to_string(answer).map_err(|_| StoreError::Corrupt)?)
        .bind(now)
        .execute(&mut **unit)
        .await?;
        Ok(())
    }
}

/// Forgets the answers to requests of more than a day ago. Part of the sweep.
pub(crate) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1")
        .bind(now - ANSWER_KEPT_FOR)
        .execute(db)
        .await?;
    Ok(())
}

//! How much an account may upload in a day. It is taken before the bytes come: uploads at once do not see each other's.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use wire::{Millis, Problem, ProblemType, ids::AccountId};

use crate::{
    Portal, Result,
    settings::HOUR,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// The hours that count, the present one among them.
const HOURS_COUNTED: i64 = 24;

/// The hour that uploads of this moment are counted in.
fn hour(now: Millis) -> i64 {
    now / HOUR
}

/// Reserves an upload's bytes of what its account may upload. The caller has locked the account, and forgets the upload where the
/// unit is not committed.
///
/// # Errors
/// `too-many-requests` where it has no more.
pub(super) async fn reserve(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    bytes: u64,
    now: Millis,
) -> Result<Upload> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM uploaded_bytes \
         WHERE account = $1 AND hour > $2 AND hour <= $3",
    )
    .bind(account.key())
    .bind(hour(now) - HOURS_COUNTED)
    .bind(hour(now))
    .fetch_one(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    if row.size("bytes")?.saturating_add(bytes) > portal.settings.uploads_a_day {
        return Err(Problem::new(ProblemType::TooManyRequests)
            .detail("no more uploads today")
            .into());
    }
    sqlx::query(
        "INSERT INTO uploaded_bytes (account, hour, bytes) VALUES ($1, $2, $3) \
         ON CONFLICT (account, hour) DO UPDATE SET bytes = uploaded_bytes.bytes + excluded.bytes",
    )
    .bind(account.key())
    .bind(hour(now))
    .bind(i64::try_from(bytes).map_err(|_| ProblemType::TooLarge)?)
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    Ok(Upload {
        portal: portal.clone(),
        reserved: Reservation {
            account,
            hour: hour(now),
            bytes,
        },
        arrived: Arc::default(),
        is_settled: false,
    })
}

/// What was reserved of an allowance.
#[derive(Clone, Copy, Debug)]
struct Reservation {
    account: AccountId,
    hour: i64,
    bytes: u64,
}

impl Reservation {
    async fn give_back(self, portal: &Portal, bytes: u64) -> Result<(), StoreError> {
        let Ok(bytes @ 1..) = i64::try_from(bytes) else {
            return Ok(());
        };
        let mut unit = portal.begin_unguarded().await?;
        sqlx::query("UPDATE uploaded_bytes SET bytes = bytes - $3 WHERE account = $1 AND hour = $2")
            .bind(self.account.key())
            .bind(self.hour)
            .bind(bytes)
            .execute(&mut **unit)
            .await?;
        unit.commit().await
    }
}

/// An upload under way: of what was reserved for it, what arrives is used, stored or not. The rest is given back, at the latest
/// when this is dropped, as it is where the client goes away; where the process dies, it counts until the day is over.
pub(super) struct Upload {
    portal: Portal,
    reserved: Reservation,
    arrived: Arc<AtomicU64>,
    is_settled: bool,
}

impl Upload {
    /// Where arriving bytes are counted.
    pub(super) fn arrived(&self) -> Arc<AtomicU64> {
        self.arrived.clone()
    }

    /// Gives back what did not arrive.
    pub(super) async fn settle(mut self) -> Result<(), StoreError> {
        self.is_settled = true;
        self.reserved.give_back(&self.portal, self.left()).await
    }

    /// Forgets it: its unit was not committed.
    pub(super) fn forget(mut self) {
        self.is_settled = true;
    }

    fn left(&self) -> u64 {
        self.reserved.bytes.saturating_sub(self.arrived.load(Ordering::Relaxed))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.is_settled
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let (portal, reserved, left) = (self.portal.clone(), self.reserved, self.left());
            runtime.spawn(async move { reserved.give_back(&portal, left).await });
        }
    }
}

/// Forgets hours that count no more. Part of the sweep.
pub(super) async fn sweep(unit: &mut Unit, now: Millis) -> Result<(), StoreError> {
    // Hours to come were counted by a clock that was ahead for a moment.
    sqlx::query("DELETE FROM uploaded_bytes WHERE hour <= $1 OR hour > $2")
        .bind(hour(now) - HOURS_COUNTED)
        .bind(hour(now))
        .execute(&mut **unit)
        .await?;
    Ok(())
}

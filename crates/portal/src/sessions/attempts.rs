//! How guessing passwords is slowed down: for each address, and for each network.
//!
//! With OPAQUE a client learns whether its guess was right from the portal's first answer, without a second request. So
//! an attempt counts when it starts, and a success takes that back: for the address as many as came from that network.
//! A device that somebody signed in from before has tries of its own, and neither waits for strangers nor makes anybody wait.
//! A try that has to wait counts against its network, and no more against the address.
//!
//! What others tried stays counted; they would see in an earlier try than they had to wait for that somebody signed in,
//! and so that the address has an account.

use sqlx::{AnyConnection, AssertSqlSafe};
use wire::{Address, Millis, Sha256};

use crate::{
    Secrets,
    http::Network,
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How often one address may be tried before each further try has to wait.
const MAX_FREE_TRIES_PER_ADDRESS: i64 = 5;

/// The same for one network, which an office may share.
const MAX_FREE_TRIES_PER_NETWORK: i64 = 100;

/// How often a network may ask for links that make devices known before each further time has to wait. Apart from its tries:
/// who asks is one who has to wait.
const MAX_FREE_DEVICE_LINK_REQUESTS_PER_NETWORK: i64 = 20;

/// The longest that a further try waits. Long enough that a year's guesses at one address number some 35 000; short enough
/// that nobody is locked out by a stranger for long.
const MAX_WAIT_BETWEEN_TRIES: Millis = 15 * 60_000;

/// What attempts are counted under: a keyed hash, so that the table names no address and no network.
pub(super) type Bucket = [u8; 32];

/// How long from now the next try has to wait, after so many tries: 5 s, doubled each time.
fn wait_after(tries: i64, free: i64) -> Millis {
    match tries - free {
        ..0 => 0,
        over => (5_000 << over.min(20)).min(MAX_WAIT_BETWEEN_TRIES),
    }
}

impl Secrets {
    pub(super) fn address_bucket(&self, address: &Address) -> Bucket {
        self.keyed_hash("attempts/address", address.canonical().as_bytes())
    }

    /// Of an address's tries those that came from one network.
    fn shared_bucket(&self, address: &[u8], network: &[u8]) -> Bucket {
        self.keyed_hash("attempts/address-from-network", &[address, network].concat())
    }

    pub(super) fn device_bucket(&self, device: Sha256) -> Bucket {
        self.keyed_hash("attempts/device", device.key())
    }

    fn device_links_bucket(&self, network: Network) -> Bucket {
        self.keyed_hash("attempts/device-links", network.0.to_string().as_bytes())
    }

    pub(super) fn network_bucket(&self, network: Network) -> Bucket {
        self.keyed_hash("attempts/network", network.0.to_string().as_bytes())
    }
}

/// Counts a try from a device that the account knows. `Err` as by [`count`].
pub(super) async fn count_of_device(
    secrets: &Secrets,
    unit: &mut Unit,
    device: Sha256,
    now: Millis,
) -> Result<Result<(), Millis>, StoreError> {
    let bucket = secrets.device_bucket(device);
    count_in(unit, &[(bucket, MAX_FREE_TRIES_PER_ADDRESS)], now).await
}

/// Counts a try that had to wait, after what else it did was undone: its network comes to wait as a whole.
pub(super) async fn count_refused(unit: &mut Unit, network: Bucket, now: Millis) -> Result<(), StoreError> {
    // Where the network waits already, it does.
    let _ = count_in(unit, &[(network, MAX_FREE_TRIES_PER_NETWORK)], now).await?;
    Ok(())
}

/// Counts that a network asks for a link that makes a device known. `Err` holds how long to wait, in milliseconds.
pub(super) async fn count_device_link_request(
    secrets: &Secrets,
    unit: &mut Unit,
    network: Network,
    now: Millis,
) -> Result<Result<(), Millis>, StoreError> {
    let bucket = secrets.device_links_bucket(network);
    count_in(unit, &[(bucket, MAX_FREE_DEVICE_LINK_REQUESTS_PER_NETWORK)], now).await
}

/// Forgets the tries of a device: somebody knew the password.
pub(super) async fn forgive_device(secrets: &Secrets, unit: &mut Unit, device: Sha256) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM attempts WHERE bucket = $1")
        .bind(&secrets.device_bucket(device)[..])
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Counts a try at an address from a network. `Err` holds how long to wait, in milliseconds: the caller undoes the unit,
/// and [counts](count_refused) the try against its network.
pub(super) async fn count(
    secrets: &Secrets,
    unit: &mut Unit,
    address: Bucket,
    network: Bucket,
    now: Millis,
) -> Result<Result<(), Millis>, StoreError> {
    let shared = secrets.shared_bucket(&address, &network);
    let limits = [
        (address, MAX_FREE_TRIES_PER_ADDRESS),
        (network, MAX_FREE_TRIES_PER_NETWORK),
        (shared, i64::MAX),
    ];
    count_in(unit, &limits, now).await
}

/// Counts a try in each of these buckets, until one has to wait.
async fn count_in(unit: &mut Unit, limits: &[(Bucket, i64)], now: Millis) -> Result<Result<(), Millis>, StoreError> {
    for &(bucket, free) in limits {
        // Counted first and looked at then: the row is locked, so that tries at the same time see each other. A quiet
        // day forgives.
        let row = sqlx::query(
            "INSERT INTO attempts (bucket, tries, blocked_until, last_at) VALUES ($1, 1, 0, $2) \
             ON CONFLICT (bucket) DO UPDATE SET \
                 tries = CASE WHEN attempts.last_at < $3 THEN 1 ELSE attempts.tries + 1 END, last_at = $2 \
             RETURNING tries, blocked_until",
        )
        .bind(&bucket[..])
        .bind(now)
        .bind(now - DAY)
        .fetch_one(&mut **unit)
        .await?;
        let wait = row.millis("blocked_until")? - now;
        if wait > 0 {
            return Ok(Err(wait));
        }
        sqlx::query("UPDATE attempts SET blocked_until = $2 WHERE bucket = $1")
            .bind(&bucket[..])
            .bind(now + wait_after(row.int("tries")?, free))
            .execute(&mut **unit)
            .await?;
    }
    Ok(Ok(()))
}

/// Forgets of an address's tries those from a network, and of the network's the one that succeeded: somebody knew the
/// password.
pub(super) async fn forgive(
    secrets: &Secrets,
    unit: &mut Unit,
    address: &[u8],
    network: &[u8],
) -> Result<(), StoreError> {
    let shared = secrets.shared_bucket(address, network);
    // Counted in this order too: two units never wait for each other in a circle.
    for (bucket, tries) in [
        (address, "(SELECT s.tries FROM attempts s WHERE s.bucket = $2)"),
        (network, "1"),
    ] {
        let sql = format!(
            "UPDATE attempts SET blocked_until = 0, \
                 tries = CASE WHEN tries > {tries} THEN tries - {tries} ELSE 0 END \
             WHERE bucket = $1 AND EXISTS (SELECT 1 FROM attempts s WHERE s.bucket = $2)"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(bucket)
            .bind(&shared[..])
            .execute(&mut **unit)
            .await?;
    }
    sqlx::query("DELETE FROM attempts WHERE bucket = $1")
        .bind(&shared[..])
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Forgets what was counted long ago. Part of the sweep.
pub(super) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    for (sql, at) in [
        // Where the clock was ahead for a moment, nobody waits until that comes again.
        (
            "UPDATE attempts SET blocked_until = $1 WHERE blocked_until > $1",
            now + MAX_WAIT_BETWEEN_TRIES,
        ),
        ("UPDATE attempts SET last_at = $1 WHERE last_at > $1", now),
        ("DELETE FROM attempts WHERE last_at < $1", now - DAY),
    ] {
        sqlx::query(sql).bind(at).execute(&mut *db).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_free_then_wait_twice_as_long_each_time_up_to_a_bound() {
        assert_eq!(wait_after(1, 5), 0);
        assert_eq!(wait_after(4, 5), 0);
        assert_eq!(wait_after(5, 5), 5_000);
        assert_eq!(wait_after(6, 5), 10_000);
        assert_eq!(wait_after(1_000, 5), MAX_WAIT_BETWEEN_TRIES);
        assert_eq!(wait_after(i64::MAX, 5), MAX_WAIT_BETWEEN_TRIES);
    }
}

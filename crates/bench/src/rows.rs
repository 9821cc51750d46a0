//! What a message costs without a portal: the same rows in one unit of work, by the same statements that write them,
//! with nothing asked or checked.

use anyhow::Result;
use portal::storage::{Key as _, Store, values};
use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;
use wire::{Millis, Sha256};

use crate::{people::Person, stationery::Stationery};

/// When the mails of these rows are due: never, while this runs. The rows and their index are the same.
const LATER: Millis = 86_400_000;

/// Ids that are the same in every run, but for their time.
pub struct Ids(ChaCha20Rng);

impl Ids {
    /// Ids of one purpose.
    pub fn new(purpose: &str) -> Self {
        Self(ChaCha20Rng::from_seed(Sha256::of(purpose.as_bytes()).0))
    }

    pub fn next(&mut self, now: Millis) -> Uuid {
        let mut random = [0; 10];
        self.0.fill_bytes(&mut random);
        uuid::Builder::from_unix_timestamp_millis(now.max(0).unsigned_abs(), &random).into_uuid()
    }
}

/// Writes one message's rows, durably.
pub async fn write(
    store: &Store,
    people: &[Person],
    stationery: &Stationery,
    ids: &mut Ids,
    now: Millis,
    (sender, recipients): (usize, &[usize]),
) -> Result<()> {
    let message = ids.next(now);
    let message_key = &message.as_bytes()[..];
    let from = &people[sender];
    let request = Sha256::of(&stationery.body);
    let to: Vec<&str> = recipients
        .iter()
        .map(|&recipient| people[recipient].address.as_str())
        .collect();
    // The sender's own comes first.
    let deliveries: Vec<(usize, Uuid)> = std::iter::once(&sender)
        .chain(recipients)
        .map(|&person| (person, ids.next(now)))
        .collect();

    let mut unit = store.begin().await?;
    sqlx::query(
        "INSERT INTO messages (id, sender, sender_address, sender_name, sender_fingerprint, sent_at, to_addresses, \
         in_reply_to, cover, files, size) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(message_key)
    .bind(from.account.key())
    .bind(&from.address)
    .bind("Dr Anna Berg")
    .bind(&from.fingerprint)
    .bind(now)
    .bind(serde_json::to_string(&to)?)
    .bind(None::<&[u8]>)
    .bind(&stationery.cover[..])
    .bind(0_i64)
    .bind(i64::try_from(stationery.body.len())?)
    .execute(&mut *unit)
    .await?;
    sqlx::query("INSERT INTO bodies (message, body) VALUES ($1, $2)")
        .bind(message_key)
        .bind(&stationery.body[..])
        .execute(&mut *unit)
        .await?;

    let sql = format!(
        "INSERT INTO deliveries (id, mailbox, message, folder, key_packet, read_at) VALUES {}",
        values(deliveries.len(), 6)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (person, delivery) in &deliveries {
        let own = *person == sender;
        query = query
            .bind(&delivery.as_bytes()[..])
            .bind(people[*person].mailbox.key())
            .bind(message_key);
        query = query
            .bind(if own { "sent" } else { "inbox" })
            .bind(&stationery.packets[*person][..]);
        query = query.bind(own.then_some(now));
    }
    query.execute(&mut *unit).await?;

    let sql = format!(
        "INSERT INTO participants (message, position, role, address, account, delivery) VALUES {}",
        values(recipients.len(), 6)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (position, (person, delivery)) in deliveries.iter().skip(1).enumerate() {
        query = query
            .bind(message_key)
            .bind(position as i64)
            .bind("to")
            .bind(&people[*person].address);
        query = query.bind(people[*person].account.key()).bind(&delivery.as_bytes()[..]);
    }
    query.execute(&mut *unit).await?;

    sqlx::query(
        "INSERT INTO sendings (account, hour, recipients) VALUES ($1, 0, $2) \
         ON CONFLICT (account) DO UPDATE SET recipients = sendings.recipients + excluded.recipients",
    )
    .bind(from.account.key())
    .bind(recipients.len() as i64)
    .execute(&mut *unit)
    .await?;

    let mut dealt: Vec<_> = recipients
        .iter()
        .flat_map(|&recipient| [(from.account, &people[recipient]), (people[recipient].account, from)])
        .collect();
    dealt.sort_unstable_by_key(|(account, other)| (*account, other.account));
    let sql = format!(
        "INSERT INTO correspondents (account, other, known_as, last_at) VALUES {} \
         ON CONFLICT (account, other) DO UPDATE SET known_as = excluded.known_as, last_at = excluded.last_at",
        values(dealt.len(), 4)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (account, other) in &dealt {
        query = query.bind(account.key()).bind(other.account.key());
        query = query.bind(&other.address).bind(now);
    }
    query.execute(&mut *unit).await?;

    let mails: Vec<Uuid> = recipients.iter().map(|_| ids.next(now)).collect();
    let sql = format!(
        "INSERT INTO outbox (id, kind, address, account, sender, delivery, sender_name, created_at, next_at) VALUES {}",
        values(recipients.len(), 9)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (mail, (person, delivery)) in mails.iter().zip(deliveries.iter().skip(1)) {
        query = query
            .bind(&mail.as_bytes()[..])
            .bind("notification")
            .bind(&people[*person].address);
        query = query
            .bind(people[*person].account.key())
            .bind(from.account.key())
            .bind(&delivery.as_bytes()[..])
            .bind("Dr Anna Berg");
        query = query.bind(now).bind(now + LATER);
    }
    query.execute(&mut *unit).await?;

    let mut told: Vec<_> = deliveries
        .iter()
        .map(|(person, delivery)| (people[*person].account, *delivery))
        .collect();
    told.sort_unstable();
    let mut changes = Vec::new();
    for (account, delivery) in &told {
        let row = sqlx::query("UPDATE accounts SET change_seq = change_seq + 1 WHERE id = $1 RETURNING change_seq")
            .bind(account.key())
            .fetch_one(&mut *unit)
            .await?;
        changes.push((
            account,
            row.try_get::<i64, _>(0)?,
            format!(r#"{{"kind":"delivery","id":"{delivery}"}}"#),
        ));
    }
    let sql = format!(
        "INSERT INTO changes (account, seq, change) VALUES {}",
        values(changes.len(), 3)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (account, number, change) in &changes {
        query = query.bind(account.key()).bind(number).bind(change);
    }
    query.execute(&mut *unit).await?;

    sqlx::query(
        "INSERT INTO idempotency_keys (account, key, request, response, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(from.account.key())
    .bind(message.to_string())
    .bind(request.key())
    .bind(format!(r#"{{"message":"{message}","delivery":"{}"}}"#, deliveries[0].1))
    .bind(now)
    .execute(&mut *unit)
    .await?;
    unit.commit().await?;
    Ok(())
}

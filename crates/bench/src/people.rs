//! A town's worth of accounts, written as rows: with certificates of their own and a session each, without passwords.

use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use portal::{
    keys,
    storage::{Key as _, Store, Unit, values},
};
use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use sqlx::AssertSqlSafe;
use uuid::Uuid;
use vault::{Certificate, Vault};
use wire::{
    Millis, Sha256,
    ids::{AccountId, MailboxId},
};

use crate::rows::Ids;

pub struct Person {
    pub account: AccountId,
    pub mailbox: MailboxId,
    pub address: String,
    pub vault: Vault,
    pub certificate: Certificate,
    pub fingerprint: String,
    pub bearer: String,
}

impl Person {
    /// The header that says who asks.
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.bearer)
    }
}

/// So many people, who are called after what they are there for.
pub async fn settle(store: &Store, called: &str, count: usize, now: Millis) -> Result<Vec<Person>> {
    let mut rng = ChaCha20Rng::from_seed(Sha256::of(called.as_bytes()).0);
    let mut ids = Ids::new(called);
    let mut unit = store.begin().await?;
    let mut people = Vec::with_capacity(count);
    for number in 0..count {
        let address = format!("{called}{number}@clinic.test");
        let account = AccountId(ids.next(now));
        let vault = Vault::create(account, &address.parse()?, now, &mut rng)?;
        let certificate = vault.certificate().clone();
        let fingerprint = certificate.fingerprint().to_string();
        sqlx::query(
            "INSERT INTO accounts (id, kind, state, name, password, fingerprint, created_at) \
             VALUES ($1, 'professional', 'active', $2, $3, $4, $5)",
        )
        .bind(account.key())
        .bind(format!("{called} {number}"))
        .bind(&b"none"[..])
        .bind(&fingerprint)
        .bind(now)
        .execute(&mut *unit)
        .await?;
        keys::add_certificate(&mut unit, account, &certificate, now).await?;
        sqlx::query(
            "INSERT INTO addresses (canonical, typed, account, master, confirmed_at) VALUES ($1, $1, $2, 1, $3)",
        )
        .bind(&address)
        .bind(account.key())
        .bind(now)
        .execute(&mut *unit)
        .await?;
        let mailbox = MailboxId(ids.next(now));
        sqlx::query("INSERT INTO mailboxes (id, account, created_at) VALUES ($1, $2, $3)")
            .bind(mailbox.key())
            .bind(account.key())
            .bind(now)
            .execute(&mut *unit)
            .await?;
        people.push(Person {
            account,
            mailbox,
            address,
            vault,
            certificate,
            fingerprint,
            bearer: String::new(),
        });
    }
    let bearers = sign_in(&mut unit, people.iter().map(|person| person.account.0), &mut rng, now).await?;
    for (person, bearer) in people.iter_mut().zip(bearers) {
        person.bearer = bearer;
    }
    unit.commit().await?;
    Ok(people)
}

/// Accounts that do nothing but listen: nothing more than a stream asks for. Answers the secrets of their sessions.
pub async fn listeners(store: &Store, count: usize, now: Millis) -> Result<Vec<String>> {
    let mut rng = ChaCha20Rng::seed_from_u64(10_000);
    let mut ids = Ids::new("listeners");
    let accounts: Vec<Uuid> = (0..count).map(|_| ids.next(now)).collect();
    let mut unit = store.begin().await?;
    for some in accounts.chunks(500) {
        let sql = format!(
            "INSERT INTO accounts (id, kind, state, name, password, fingerprint, created_at) VALUES {}",
            values(some.len(), 7)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for account in some {
            query = query
                .bind(&account.as_bytes()[..])
                .bind("professional")
                .bind("active")
                .bind("Listener");
            query = query.bind(&b"none"[..]).bind("none").bind(now);
        }
        query.execute(&mut *unit).await?;
    }
    let bearers = sign_in(&mut unit, accounts, &mut rng, now).await?;
    unit.commit().await?;
    Ok(bearers)
}

/// A session for each of these accounts, whose password counts as given just now all day. Answers their secrets.
pub async fn sign_in(
    unit: &mut Unit,
    accounts: impl IntoIterator<Item = Uuid>,
    rng: &mut ChaCha20Rng,
    now: Millis,
) -> Result<Vec<String>> {
    let mut bearers = Vec::new();
    for account in accounts {
        let mut secret = [0; 32];
        rng.fill_bytes(&mut secret);
        sqlx::query(
            "INSERT INTO sessions (hash, account, reload_key, created_at, password_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind(Sha256::of(&secret).key())
        .bind(&account.as_bytes()[..])
        .bind(&[0; 32][..])
        .bind(now)
        .bind(now + 86_400_000)
        .execute(&mut **unit)
        .await?;
        bearers.push(URL_SAFE_NO_PAD.encode(secret));
    }
    Ok(bearers)
}

//! Certificates: an account's own, what others get of it, and which key followed which.

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use certificate::{Certificate, Fingerprint, subkey_of_verified};
use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow};
use wire::{
    Address, Bytes, Millis, ProblemType,
    claims::{Predecessor, WriteCertificate},
    ids::AccountId,
    mailbox::Change,
    sessions::OwnAddress,
};

use crate::{
    Portal, Result,
    accounts::addresses,
    changes,
    error::unacceptable,
    http::{Caller, LargeJsonBody},
    storage::{Key as _, RowExt as _, StoreError, Unit, placeholders, values},
};

/// The largest statement of succession that is taken, in bytes: clients write some 450.
const MAX_STATEMENT_BYTES: usize = 2 << 10;

/// The most predecessors of a certificate that are given.
const MAX_PREDECESSORS_PER_CERTIFICATE: usize = 8;

/// Stores a certificate of an account beside those that it had.
pub async fn add_certificate(
    unit: &mut Unit,
    account: AccountId,
    certificate: &Certificate,
    now: Millis,
) -> Result<Fingerprint, StoreError> {
    let fingerprint = certificate.fingerprint();
    sqlx::query("INSERT INTO certificates (fingerprint, account, certificate, created_at) VALUES ($1, $2, $3, $4)")
        .bind(fingerprint.to_string())
        .bind(account.key())
        .bind(certificate.to_bytes())
        .bind(now)
        .execute(&mut **unit)
        .await?;
    put_user_ids(unit, certificate).await?;
    Ok(fingerprint)
}

/// Stores each User ID of a certificate with it alone. Those that it had before stay: messages were sent under them.
async fn put_user_ids(unit: &mut Unit, certificate: &Certificate) -> Result<(), StoreError> {
    let fingerprint = certificate.fingerprint().to_string();
    let sql = format!(
        "INSERT INTO user_ids (fingerprint, canonical, certificate) VALUES {} \
         ON CONFLICT (fingerprint, canonical) DO UPDATE SET certificate = excluded.certificate",
        values(certificate.user_ids().len(), 3)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for user_id in certificate.user_ids() {
        let address: Address = user_id.parse().map_err(|_| StoreError::Corrupt)?;
        let reduced = certificate.reduced_to(user_id).map_err(|_| StoreError::Corrupt)?;
        query = query
            .bind(&fingerprint)
            .bind(address.canonical().to_owned())
            .bind(reduced.to_bytes());
    }
    query.execute(&mut **unit).await?;
    Ok(())
}

/// Replaces the caller's certificate by one of the same key that names the addresses that the account has now.
///
/// Whatever does not is `unacceptable`, and changes nothing.
#[utoipa::path(
    put, path = "/certificate", tag = "account",
    request_body = WriteCertificate, responses((status = 204)),
)]
pub(super) async fn replace(
    State(portal): State<Portal>,
    caller: Caller,
    LargeJsonBody(request, _): LargeJsonBody<WriteCertificate>,
) -> Result<StatusCode> {
    let not_accepted = |error| unacceptable(&format!("the certificate is not accepted: {error}"));
    let certificate = Certificate::parse(request.certificate.as_ref()).map_err(not_accepted)?;
    certificate.ensure_made_before(portal.now()).map_err(not_accepted)?;
    let mut unit = caller.begin(&portal).await?;
    // No address is added or promoted between the look at them and the end of this, and none was taken with the account:
    // one that was absorbed has none to name.
    unit.lock_account().await?;
    let current = current(&mut unit, caller.account).await?;
    // With all that the key says of itself: an activated program may replace the certificate, and is to leave nothing
    // behind (an expiry) that outlasts its activation.
    if certificate.without_user_ids() != current.without_user_ids() {
        return Err(unacceptable(
            "the certificate must be of the account's key, which says of itself what it said",
        ));
    }
    if !names(&certificate, &addresses(&mut unit, caller.account).await?) {
        return Err(unacceptable(
            "the certificate's User IDs must be the account's addresses as typed, the Master's the first",
        ));
    }
    // Two clients of one account may both repair it. The second one's is as good, and nobody needs to look again.
    if certificate != current {
        sqlx::query("UPDATE certificates SET certificate = $2 WHERE fingerprint = $1")
            .bind(certificate.fingerprint().to_string())
            .bind(certificate.to_bytes())
            .execute(&mut **unit)
            .await
            .map_err(StoreError::from)?;
        put_user_ids(&mut unit, &certificate).await?;
        changes::append(&mut unit, caller.account, Change::Account).await?;
    }
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn current(db: &mut AnyConnection, account: AccountId) -> Result<Certificate, StoreError> {
    let row = sqlx::query(
        "SELECT c.certificate FROM accounts a JOIN certificates c ON c.fingerprint = a.fingerprint WHERE a.id = $1",
    )
    .bind(account.key())
    .fetch_one(db)
    .await?;
    Certificate::parse(&row.bytes("certificate")?).map_err(|_| StoreError::Corrupt)
}

/// Whether the User IDs are these addresses as typed, each once, the Master's the first.
fn names(certificate: &Certificate, addresses: &[OwnAddress]) -> bool {
    let mut user_ids: Vec<&str> = certificate.user_ids().collect();
    let mut wanted: Vec<&str> = addresses.iter().map(|own| own.address.as_typed()).collect();
    let master = addresses.iter().find(|own| own.master);
    let begins = user_ids.first().copied() == master.map(|own| own.address.as_typed());
    user_ids.sort_unstable();
    wanted.sort_unstable();
    begins && user_ids == wanted
}

/// A key, and an address that it stands for or is to be used for.
pub(crate) type KeyAndAddress<'a> = (&'a str, &'a Address);

/// What such a pair is known by: the fingerprint, a space, the canonical address.
pub(crate) fn certificate_key((fingerprint, address): KeyAndAddress<'_>) -> String {
    format!("{fingerprint} {}", address.canonical())
}

/// The certificate of a key with an address as its one User ID; none where the key never named that address.
pub async fn certificate_of(
    db: &mut AnyConnection,
    fingerprint: &str,
    address: &Address,
) -> Result<Option<Bytes>, StoreError> {
    let row = sqlx::query("SELECT certificate FROM user_ids WHERE fingerprint = $1 AND canonical = $2")
        .bind(fingerprint)
        .bind(address.canonical())
        .fetch_optional(db)
        .await?;
    row.map(|row| Ok(row.bytes("certificate")?.into())).transpose()
}

/// The certificate of a key for use with an address: with that as its one User ID, or the key alone.
pub async fn certificate_for(
    db: &mut AnyConnection,
    fingerprint: &str,
    address: &Address,
) -> Result<Bytes, StoreError> {
    let named = (fingerprint, address);
    let mut found = certificates_for(db, &[named]).await?;
    found.remove(&certificate_key(named)).ok_or(StoreError::NotFound)
}

/// The same for many, by [`certificate_key`], in one question.
pub(crate) async fn certificates_for(
    db: &mut AnyConnection,
    asked: &[KeyAndAddress<'_>],
) -> Result<BTreeMap<String, Bytes>, StoreError> {
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "WITH asked (fingerprint, canonical) AS (VALUES {}) \
         SELECT q.fingerprint, q.canonical, u.certificate AS named, \
             CASE WHEN u.certificate IS NULL THEN c.certificate END AS whole \
         FROM asked q JOIN certificates c ON c.fingerprint = q.fingerprint \
         LEFT JOIN user_ids u ON u.fingerprint = q.fingerprint AND u.canonical = q.canonical",
        values(asked.len(), 2)
    );
    let rows = bind(&sql, asked).fetch_all(db).await?;
    rows.iter().map(|row| Ok((asked_for(row)?, served(row)?))).collect()
}

/// The subkeys of the keys of these fingerprints, which what is sealed to them must be for, in one question.
pub(crate) async fn subkeys_of(
    db: &mut AnyConnection,
    fingerprints: &[&str],
) -> Result<BTreeMap<String, Fingerprint>, StoreError> {
    let sql = format!(
        "SELECT fingerprint, certificate FROM certificates WHERE fingerprint IN ({})",
        placeholders(fingerprints.len(), 0)
    );
    let query = fingerprints.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, one| {
        query.bind((*one).to_owned())
    });
    let rows = query.fetch_all(db).await?;
    let subkey = |row: &AnyRow| {
        // Verified when it was stored.
        let subkey = subkey_of_verified(&row.bytes("certificate")?).ok_or(StoreError::Corrupt)?;
        Ok((row.text("fingerprint")?, subkey))
    };
    rows.iter().map(subkey).collect()
}

fn bind<'q>(sql: &'q str, asked: &[KeyAndAddress<'_>]) -> sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments> {
    asked
        .iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), |query, (fingerprint, address)| {
            query
                .bind((*fingerprint).to_owned())
                .bind(address.canonical().to_owned())
        })
}

fn asked_for(row: &AnyRow) -> Result<String, StoreError> {
    Ok(format!("{} {}", row.text("fingerprint")?, row.text("canonical")?))
}

/// Between a confirmation and the claimant's next unlock the claimant's key does not name the new address. Mail to it is
/// to arrive all the same, and any other User ID would tell whoever knows this address another one: so the key goes
/// without (docs/decisions/0019). Whoever seals to it, or checks a statement by it, goes by the key.
fn served(row: &AnyRow) -> Result<Bytes, StoreError> {
    if let Some(named) = row.maybe_bytes("named")? {
        return Ok(named.into());
    }
    let whole = Certificate::parse(&row.bytes("whole")?).map_err(|_| StoreError::Corrupt)?;
    Ok(whole.without_user_ids().to_bytes().into())
}

/// Refuses a statement that is longer than any that is true.
pub(crate) fn ensure_statement_fits(statement: &Bytes) -> Result<()> {
    match statement.0.len() <= MAX_STATEMENT_BYTES {
        true => Ok(()),
        false => Err(ProblemType::TooLarge.into()),
    }
}

/// Keeps what the key that an address had says of the one that it gets.
///
/// # Errors
/// `too-large` where that is no statement of succession.
pub async fn add_succession(
    unit: &mut Unit,
    before: &str,
    address: &Address,
    after: &str,
    statement: &Bytes,
) -> Result<()> {
    ensure_statement_fits(statement)?;
    sqlx::query(
        "INSERT INTO successions (before_fingerprint, canonical, after_fingerprint, statement) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (before_fingerprint, canonical) \
         DO UPDATE SET after_fingerprint = excluded.after_fingerprint, statement = excluded.statement",
    )
    .bind(before)
    .bind(address.canonical())
    .bind(after)
    .bind(&statement.0)
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    Ok(())
}

/// The certificates that an address had before a key, each with its word for this key or for one that leads to it: the
/// nearest first, among equals the youngest, at most 8.
pub async fn predecessors(
    db: &mut AnyConnection,
    fingerprint: &str,
    address: &Address,
) -> Result<Vec<Predecessor>, StoreError> {
    let named = (fingerprint, address);
    let mut found = predecessors_of(db, &[named]).await?;
    Ok(found.remove(&certificate_key(named)).unwrap_or_default())
}

/// The same for many, by [`certificate_key`], in one question. Those that have none are left out.
pub(crate) async fn predecessors_of(
    db: &mut AnyConnection,
    asked: &[KeyAndAddress<'_>],
) -> Result<BTreeMap<String, Vec<Predecessor>>, StoreError> {
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    // An address may come back to an account that it had left: the steps are bounded, for they can lead in a circle.
    let sql = format!(
        "WITH RECURSIVE asked (fingerprint, canonical) AS (VALUES {}), \
         chain (asked, canonical, fingerprint, step) AS ( \
             SELECT fingerprint, canonical, fingerprint, 0 FROM asked \
             UNION SELECT c.asked, c.canonical, s.before_fingerprint, c.step + 1 FROM chain c \
                 JOIN successions s ON s.after_fingerprint = c.fingerprint AND s.canonical = c.canonical \
                 WHERE c.step < {MAX_PREDECESSORS_PER_CERTIFICATE}) \
         SELECT c.asked AS fingerprint, c.canonical, c.fingerprint AS before, s.statement, u.certificate AS named, \
             CASE WHEN u.certificate IS NULL THEN k.certificate END AS whole \
         FROM chain c JOIN successions s ON s.before_fingerprint = c.fingerprint AND s.canonical = c.canonical \
         JOIN certificates k ON k.fingerprint = c.fingerprint \
         LEFT JOIN user_ids u ON u.fingerprint = c.fingerprint AND u.canonical = c.canonical \
         WHERE c.step > 0 AND c.fingerprint <> c.asked ORDER BY c.step, k.created_at DESC, c.fingerprint",
        values(asked.len(), 2)
    );
    let rows = bind(&sql, asked).fetch_all(db).await?;
    let mut found: BTreeMap<String, Vec<(String, Predecessor)>> = BTreeMap::new();
    for row in &rows {
        let (list, before) = (found.entry(asked_for(row)?).or_default(), row.text("before")?);
        if list.len() < MAX_PREDECESSORS_PER_CERTIFICATE && list.iter().all(|(earlier, _)| *earlier != before) {
            let predecessor = Predecessor {
                certificate: served(row)?,
                statement: row.bytes("statement")?.into(),
            };
            list.push((before, predecessor));
        }
    }
    let bare = |list: Vec<(String, Predecessor)>| list.into_iter().map(|(_, predecessor)| predecessor).collect();
    Ok(found.into_iter().map(|(key, list)| (key, bare(list))).collect())
}

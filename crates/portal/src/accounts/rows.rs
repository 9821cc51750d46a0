//! What writes the rows of accounts, their addresses and their mailboxes. What may be written is for the rooms above to
//! decide; they have locked the accounts and addresses that they write.

use wire::{
    Address, Millis,
    ids::{AccountId, MailboxId},
    people::AccountState,
    sessions::AccountKind,
};

use crate::storage::{Key as _, RowExt as _, StoreError, Unit, name};

/// Makes an account that nobody has registered yet. `fingerprint` is its current certificate's, in hexadecimal.
pub(crate) async fn create_invited(
    unit: &mut Unit,
    id: AccountId,
    kind: AccountKind,
    fingerprint: &str,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO accounts (id, kind, state, fingerprint, created_at) VALUES ($1, $2, 'invited', $3, $4)")
        .bind(id.key())
        .bind(name(&kind))
        .bind(fingerprint)
        .bind(now)
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Gives an account another mailbox.
pub(crate) async fn create_mailbox(
    unit: &mut Unit,
    id: MailboxId,
    account: AccountId,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO mailboxes (id, account, created_at) VALUES ($1, $2, $3)")
        .bind(id.key())
        .bind(account.key())
        .bind(now)
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Turns an invited account into a registered one, with its person's name, the OPAQUE record of the password with the number
/// of its setup, and the fingerprint of the certificate that the client made.
pub(crate) async fn activate(
    unit: &mut Unit,
    id: AccountId,
    person: &str,
    (password, setup): (&[u8], u32),
    fingerprint: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE accounts SET state = 'active', name = $2, password = $3, fingerprint = $4, password_setup = $5 \
         WHERE id = $1",
    )
    .bind(id.key())
    .bind(person)
    .bind(password)
    .bind(fingerprint)
    .bind(i64::from(setup))
    .execute(&mut **unit)
    .await?;
    Ok(())
}

/// Makes an account a Professional's or a Guest's.
pub(crate) async fn set_kind(unit: &mut Unit, id: AccountId, kind: AccountKind) -> Result<(), StoreError> {
    sqlx::query("UPDATE accounts SET kind = $2 WHERE id = $1")
        .bind(id.key())
        .bind(name(&kind))
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Makes an account an administrator's, or no more.
pub(crate) async fn set_administrator(unit: &mut Unit, id: AccountId, administrator: bool) -> Result<(), StoreError> {
    sqlx::query("UPDATE accounts SET administrator = $2 WHERE id = $1")
        .bind(id.key())
        .bind(i64::from(administrator))
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Brings an account from one state to another. Whether it was in the first.
pub(crate) async fn set_state(
    unit: &mut Unit,
    id: AccountId,
    from: AccountState,
    to: AccountState,
) -> Result<bool, StoreError> {
    let changed = sqlx::query("UPDATE accounts SET state = $3 WHERE id = $1 AND state = $2")
        .bind(id.key())
        .bind(name(&from))
        .bind(name(&to))
        .execute(&mut **unit)
        .await?
        .rows_affected();
    Ok(changed > 0)
}

/// Forgets the OPAQUE record of an account's password: nobody signs in to it any more.
pub(crate) async fn clear_password(unit: &mut Unit, id: AccountId) -> Result<(), StoreError> {
    sqlx::query("UPDATE accounts SET password = NULL, password_setup = NULL WHERE id = $1")
        .bind(id.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// The number that an account's next change gets.
pub(crate) enum ChangeNumber {
    /// This one; it is taken.
    Taken(i64),
    /// None: the account was absorbed, and what changes in it changes in the account that holds everything now.
    AbsorbedInto(AccountId),
}

/// Takes the number of an account's next change. Whoever else takes one waits until the unit ends.
pub(crate) async fn take_change_number(unit: &mut Unit, id: AccountId) -> Result<ChangeNumber, StoreError> {
    let row = sqlx::query(
        "UPDATE accounts SET change_seq = change_seq + 1 WHERE id = $1 RETURNING change_seq, absorbed_into",
    )
    .bind(id.key())
    .fetch_one(&mut **unit)
    .await?;
    Ok(match row.maybe_key("absorbed_into")? {
        Some(current) => ChangeNumber::AbsorbedInto(current),
        None => ChangeNumber::Taken(row.int("change_seq")?),
    })
}

/// Adds a confirmed address to an account.
///
/// # Errors
/// `Conflict` where some account has it.
pub async fn add_address(
    unit: &mut Unit,
    address: &Address,
    account: AccountId,
    master: bool,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO addresses (canonical, typed, account, master, confirmed_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(address.canonical())
        .bind(address.as_typed())
        .bind(account.key())
        .bind(i64::from(master))
        .bind(now)
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Hands all addresses of an account over to another, whose aliases they become.
pub(crate) async fn move_addresses(unit: &mut Unit, from: AccountId, to: AccountId) -> Result<(), StoreError> {
    sqlx::query("UPDATE addresses SET account = $2, master = 0 WHERE account = $1")
        .bind(from.key())
        .bind(to.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Hands one alias over to another account, and answers it as it is stored.
///
/// # Errors
/// `NotFound` where it is no alias of any account.
pub(crate) async fn transfer_alias(
    unit: &mut Unit,
    alias: &Address,
    to: AccountId,
    now: Millis,
) -> Result<Address, StoreError> {
    let row = sqlx::query(
        "UPDATE addresses SET account = $2, confirmed_at = $3 WHERE canonical = $1 AND master = 0 RETURNING typed",
    )
    .bind(alias.canonical())
    .bind(to.key())
    .bind(now)
    .fetch_one(&mut **unit)
    .await?;
    row.address("typed")
}

/// Makes an address of an account its Master; the former one becomes an alias.
pub(crate) async fn set_master(unit: &mut Unit, account: AccountId, address: &Address) -> Result<(), StoreError> {
    // In this order: at no time are there two.
    for sql in [
        "UPDATE addresses SET master = 0 WHERE account = $1 AND master = 1 AND canonical <> $2",
        "UPDATE addresses SET master = 1 WHERE account = $1 AND canonical = $2",
    ] {
        sqlx::query(sql)
            .bind(account.key())
            .bind(address.canonical())
            .execute(&mut **unit)
            .await?;
    }
    Ok(())
}

/// Takes an alias off its account.
pub(crate) async fn remove_address(unit: &mut Unit, account: AccountId, alias: &Address) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM addresses WHERE account = $1 AND canonical = $2 AND master = 0")
        .bind(account.key())
        .bind(alias.canonical())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

//! A database that was filled before addresses could migrate, and goes on.
//!
//! It is filled by the routes of today: what they put into the columns that the first step of the schema has is copied
//! into a database that has this one step alone.

use axum::http::Method;
use portal::storage::{Engine, RowExt as _};
use serde_json::json;
use sqlx::{
    AnyConnection, AssertSqlSafe, Connection as _, SqlSafeStr as _,
    any::AnyRow,
    migrate::{Migration, MigrationType, Migrator},
};
use vault::Certificate;
use wire::{
    mailbox::{Folder, Notification},
    people::Correspondent,
    sessions::{AccountKind, ParcelOrigin},
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Person, Writes, link, token},
    test_portal::{Refuses, TestPortal},
};

on_both_engines![a_filled_database_is_brought_up_to_addresses_that_migrate];

const FIRST_STEP: &str = include_str!("../../src/storage/0001_first_house.sql");

/// Each table of the first step in its order, with the names and types of its columns.
fn tables() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let mut tables: Vec<(&str, Vec<_>)> = Vec::new();
    for line in FIRST_STEP.lines() {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            tables.push((rest.trim_end_matches(" ("), Vec::new()));
        } else if let Some(column) = line.strip_prefix("    ") {
            let mut words = column.split_whitespace();
            let (name, kind) = (words.next().unwrap(), words.next().unwrap());
            if ["BYTES", "BIGINT", "TEXT"].contains(&kind.trim_end_matches(',')) {
                tables.last_mut().unwrap().1.push((name, kind.trim_end_matches(',')));
            }
        }
    }
    tables
}

/// Brings a new database to the first step, as the version did that had no other.
async fn first_step(database: &mut AnyConnection, engine: Engine) {
    let sql = match engine {
        Engine::Sqlite => FIRST_STEP.replace("BYTES", "BLOB").replace("BIGINT", "INTEGER"),
        Engine::Postgres => FIRST_STEP.replace("BYTES", "BYTEA").replace(") STRICT;", ");"),
    };
    let sql = AssertSqlSafe(sql).into_sql_str();
    let step = Migration::new(1, "the first test".into(), MigrationType::Simple, sql, false);
    Migrator::with_migrations(vec![step]).run(database).await.unwrap();
}

/// Copies what a portal has, as far as the first step has a place for it.
async fn copy(from: &TestPortal, to: &mut AnyConnection) {
    let mut db = from.portal.store.read().await.unwrap();
    for (table, columns) in tables() {
        let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        let places: Vec<_> = (1..=columns.len()).map(|n| format!("${n}")).collect();
        // What is answered comes before its answer.
        let order = match table {
            "messages" => "sent_at",
            _ => columns[0].0,
        };
        let select = format!("SELECT {names} FROM {table} ORDER BY {order}");
        let insert = format!("INSERT INTO {table} ({names}) VALUES ({})", places.join(", "));
        let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(&mut *db).await.unwrap();
        assert!(!rows.is_empty(), "nothing in {table}");
        for row in rows {
            let mut query = sqlx::query(AssertSqlSafe(insert.clone()));
            for (name, kind) in &columns {
                query = match *kind {
                    "BYTES" => query.bind(row.maybe_bytes(name).unwrap()),
                    "BIGINT" => query.bind(row.maybe_int(name).unwrap()),
                    _ => query.bind(row.maybe_text(name).unwrap()),
                };
            }
            query.execute(&mut *to).await.unwrap();
        }
    }
}

async fn rows(test: &TestPortal, sql: &'static str) -> Vec<AnyRow> {
    let mut db = test.portal.store.read().await.unwrap();
    sqlx::query(sql).fetch_all(&mut *db).await.unwrap()
}

/// Every mail of the outbox: what it is, where it goes, and how it fared.
async fn outbox(test: &TestPortal) -> Vec<String> {
    let sql = "SELECT id, kind, address, account, sender_name, delivery, created_at, attempts, next_at, sent_at, \
        failed_at, refused FROM outbox ORDER BY id";
    let shown = |row: &AnyRow| {
        let [id, account] = ["id", "account"].map(|name| row.bytes(name).unwrap());
        let [kind, address] = ["kind", "address"].map(|name| row.text(name).unwrap());
        let numbers = ["created_at", "attempts", "next_at", "sent_at", "failed_at", "refused"];
        let numbers = numbers.map(|name| row.maybe_int(name).unwrap());
        let (delivery, sender) = (
            row.maybe_bytes("delivery").unwrap(),
            row.maybe_text("sender_name").unwrap(),
        );
        format!("{id:?} {kind} {address} {account:?} {sender:?} {delivery:?} {numbers:?}")
    };
    rows(test, sql).await.iter().map(shown).collect()
}

/// The same person with the portal that goes on.
fn at<'a>(test: &'a TestPortal, person: Person<'_>) -> Person<'a> {
    Person {
        test,
        address: person.address,
        signed_in: person.signed_in,
        vault: person.vault,
        key: person.key,
        rng: person.rng,
    }
}

fn about(subject: &str, to: &[&str]) -> Writes {
    Writes::to(to).about(subject)
}

async fn a_filled_database_is_brought_up_to_addresses_that_migrate(before: TestPortal) {
    let ada = before
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut anna = before.professional("anna").await;
    let mut ben = before
        .person("ben", "Ben@Example.test", AccountKind::Professional, false)
        .await;
    let carl = before.professional("carl").await;
    let file = anna.upload_file("scan.pdf", b"pages").await;
    let with_file = Writes {
        files: vec![file.clone()],
        ..about("With a file", &["ben@example.test", "Waits@partner.test"])
    };
    anna.send(&with_file).await;
    before.clock.pass(1);
    anna.send(&about("To a Guest", &["gina@partner.test"])).await;
    let invited = before.mails().await;
    let invited = invited
        .iter()
        .find(|mail| mail.to.as_typed() == "gina@partner.test")
        .unwrap();
    let gina = before
        .register("gina", "gina@partner.test", token(&link(invited)))
        .await;
    before.clock.pass(1);
    let answered = ben.list(Folder::Inbox).await[0].id;
    ben.send(&Writes {
        in_reply_to: Some(answered),
        ..about("An answer", &["ANNA@example.test"])
    })
    .await;
    // Mails of both kinds that went out, that were refused, and that still wait; one is to be invited, with no message.
    before
        .relay
        .refuse(Refuses::Address("gina@partner.test".parse().unwrap()));
    before.clock.pass(1);
    anna.send(&about("Refused", &["gina@partner.test"])).await;
    before.mails().await;
    before.relay.refuse(Refuses::Everything);
    before.clock.pass(1);
    anna.send(&about("Late", &["ben@example.test", "waits@partner.test"]))
        .await;
    let invite = json!({ "address": "kim@partner.test", "kind": "professional" });
    ada.post("/admin/invitations", invite).await.ok();
    before.mails().await;
    before.half_sign_in("anna@example.test", PASSWORD).await;
    before.clock.pass(1);
    let path = format!("/admin/accounts/{}/disabled", carl.id());
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    // A parcel that its client has not taken in: the key that mail waited under.
    let mut unit = before.portal.begin_unguarded().await.unwrap();
    let now = crate::test_portal::NOW;
    let waited = vault::AccountKey::generate(&ben.address, now, &mut anna.rng).unwrap();
    let origin = ParcelOrigin::Invitation {
        account: ben.id(),
        address: ben.address.clone(),
    };
    let waited = std::slice::from_ref(&waited);
    let parcel = vault::seal_parcel(waited, &origin, ben.vault.certificate(), now, &mut anna.rng).unwrap();
    sqlx::query(
        "INSERT INTO parcels (id, account, sealed, created_at) SELECT id, id, $1, 0 FROM accounts WHERE name = 'ben'",
    )
    .bind(parcel)
    .execute(&mut **unit)
    .await
    .unwrap();
    unit.commit().await.unwrap();
    let (mails, certificates) = (
        outbox(&before).await,
        rows(&before, "SELECT fingerprint FROM certificates").await.len(),
    );
    let readable = (anna.readable().await, ben.readable().await, gina.readable().await);

    let test = before
        .on_another_database(async |url: &str| {
            let engine = before.portal.store.engine();
            let url = match engine {
                Engine::Sqlite => format!("{url}?mode=rwc"),
                Engine::Postgres => url.to_owned(),
            };
            let mut database = AnyConnection::connect(&url).await.unwrap();
            first_step(&mut database, engine).await;
            copy(&before, &mut database).await;
            database.close().await.unwrap();
        })
        .await;
    let (mut anna, mut ben, gina, ada) = (at(&test, anna), at(&test, ben), at(&test, gina), at(&test, ada));

    // Each certificate that there ever was is found by the one address that it names.
    let named = rows(
        &test,
        "SELECT u.canonical, u.certificate, c.certificate AS whole FROM user_ids u \
         JOIN certificates c ON c.fingerprint = u.fingerprint",
    )
    .await;
    assert_eq!(named.len(), certificates);
    for row in named {
        let certificate = row.bytes("certificate").unwrap();
        assert_eq!(certificate, row.bytes("whole").unwrap());
        let certificate = Certificate::parse(&certificate).unwrap();
        let user_ids: Vec<_> = certificate.user_ids().map(str::to_lowercase).collect();
        assert_eq!(user_ids, [row.text("canonical").unwrap()]);
    }
    // The mails are what they were.
    assert_eq!(outbox(&test).await, mails);
    // Everybody was known by the one address that they had.
    let known: Vec<Correspondent> = anna.get("/correspondents").await.ok().json();
    let mut known: Vec<_> = known
        .iter()
        .map(|one| (one.address.as_typed(), one.formerly.is_none()))
        .collect();
    known.sort_unstable();
    assert_eq!(
        known,
        [
            ("Ben@Example.test", true),
            ("Waits@partner.test", true),
            ("gina@partner.test", true)
        ]
    );

    // What was readable is, in the sessions that there were; and what waited goes out, once.
    assert_eq!(
        (anna.readable().await, ben.readable().await, gina.readable().await),
        readable
    );
    let with_file = ben.list(Folder::Inbox).await.pop().unwrap();
    let path = format!("/deliveries/{}/files/{}", with_file.id, file.sha256);
    ben.get(&path).await.ok();
    test.relay.refuse(None);
    test.clock.pass(60_000);
    let mut told: Vec<_> = test.mails().await.iter().map(|mail| mail.to.to_string()).collect();
    told.sort();
    assert_eq!(told, ["Ben@Example.test", "Waits@partner.test", "kim@partner.test"]);
    let sent = anna.list(Folder::Sent).await;
    let fared = async |anna: &Person<'_>, n: usize| anna.open(&sent[n]).await.0.slip.participants[0].notification;
    assert!(matches!(fared(&anna, 0).await, Some(Notification::Sent { .. })));
    assert!(matches!(
        fared(&anna, 1).await,
        Some(Notification::Failed { refused: true, .. })
    ));

    // Sending, and then all that is new: a claim, mail that waits, a whole account, a promotion.
    ben.send(&about("After", &["anna@example.test", "gina@partner.test"]))
        .await;
    assert!(gina.readable().await.contains(&"After".to_owned()));
    ben.take_parcels_in().await;
    // When the password was given in a session of before, nobody wrote down.
    assert_eq!(anna.promote("anna@new.test", false).await.problem(), "password-needed");
    // Passwords of before were stretched less, and open nothing; these are as if they had been chosen since.
    let refused = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap_err();
    assert_eq!(refused.problem(), "wrong-credentials");
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let chosen = "UPDATE accounts SET password_setup = 1 WHERE password IS NOT NULL";
    sqlx::query(chosen).execute(&mut **unit).await.unwrap();
    unit.commit().await.unwrap();
    anna.sign_in_again().await;
    anna.add("anna@new.test").await;
    let (_, waiting) = anna.claimed("waits@partner.test").await;
    let click = json!({ "kind": "click" });
    test.confirm(&waiting, click, Some(&anna)).await.ok();
    anna.take_parcels_in().await;
    let mut union = [anna.readable().await, ben.readable().await].concat();
    union.sort();
    anna.absorb("ben@example.test", PASSWORD).await;
    anna.take_parcels_in().await;
    assert_eq!(anna.readable().await, union);
    anna.promote("anna@new.test", true).await.ok();
    anna.certify().await;
    assert_eq!(anna.address.as_typed(), "anna@new.test");
    anna.send(&about("From the new", &["gina@partner.test"])).await;
    let newest = gina.list(Folder::Inbox).await.remove(0);
    gina.open(&newest).await;
    assert_eq!(newest.sender.address.as_typed(), "anna@new.test");
    // Who was disabled still is, and is enabled again as ever.
    let refused = test.try_sign_in("carl@example.test", PASSWORD).await.unwrap_err();
    assert_eq!(refused.problem(), "account-disabled");
    let path = format!("/admin/accounts/{}/disabled", carl.id());
    ada.call(Method::PUT, &path, json!({ "disabled": false })).await.ok();
    test.try_sign_in("carl@example.test", PASSWORD).await.unwrap();
}

//! The contract of a store: what a unit of work is, on both engines.

use std::{sync::Arc, task::Poll};

use portal::storage::{Store, StoreError, Unit};
use tokio::sync::Barrier;
use wire::ids::AccountId;

use crate::{on_both_engines, test_portal::TestPortal};

on_both_engines![
    nothing_happened_until_it_is_committed,
    a_conflict_is_told_and_undoes_the_whole_unit,
    many_units_at_once_are_each_whole,
    a_caller_who_goes_away_leaves_no_unit_half_done,
    wherever_a_caller_goes_away_the_next_one_can_work,
    the_schema_is_brought_up_once,
    the_database_itself_keeps_one_master,
];

async fn account(unit: &mut Unit, n: u8) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO accounts (id, kind, state, fingerprint, created_at) VALUES ($1, 'guest', 'invited', 'f', 0)",
    )
    .bind(&[n; 16][..])
    .execute(&mut **unit)
    .await?;
    Ok(())
}

async fn count(store: &Store) -> i64 {
    let mut db = store.read().await.unwrap();
    sqlx::query_scalar("SELECT COUNT(*) FROM accounts")
        .fetch_one(&mut *db)
        .await
        .unwrap()
}

async fn nothing_happened_until_it_is_committed(test: TestPortal) {
    let store = &test.portal.store;
    let mut unit = store.begin().await.unwrap();
    account(&mut unit, 1).await.unwrap();
    assert_eq!(count(store).await, 0);
    drop(unit);
    let mut unit = store.begin().await.unwrap();
    account(&mut unit, 1).await.unwrap();
    unit.rollback().await;
    assert_eq!(count(store).await, 0);
    let mut unit = store.begin().await.unwrap();
    account(&mut unit, 1).await.unwrap();
    unit.wake(AccountId(uuid::Uuid::nil()));
    unit.wake(AccountId(uuid::Uuid::nil()));
    assert_eq!(unit.commit().await.unwrap().woken, [AccountId(uuid::Uuid::nil())]);
    assert_eq!(count(store).await, 1);
}

async fn a_conflict_is_told_and_undoes_the_whole_unit(test: TestPortal) {
    let store = &test.portal.store;
    let mut unit = store.begin().await.unwrap();
    account(&mut unit, 1).await.unwrap();
    unit.commit().await.unwrap();
    let mut unit = store.begin().await.unwrap();
    account(&mut unit, 2).await.unwrap();
    assert!(matches!(account(&mut unit, 1).await, Err(StoreError::Conflict(_))));
    unit.rollback().await;
    assert_eq!(count(store).await, 1);
}

/// Every fourth unit fails; the others all happen, wherever they stood in a group.
async fn many_units_at_once_are_each_whole(test: TestPortal) {
    let store = &test.portal.store;
    let start = Arc::new(Barrier::new(64));
    let units: Vec<_> = (0..64)
        .map(|n| {
            let (store, start) = (store.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                let mut unit = store.begin().await.unwrap();
                account(&mut unit, n).await.unwrap();
                account(&mut unit, n + 64).await.unwrap();
                match n % 4 {
                    0 => unit.rollback().await,
                    1 => drop(unit),
                    _ => drop(unit.commit().await.unwrap()),
                }
            })
        })
        .collect();
    for unit in units {
        unit.await.unwrap();
    }
    // After whatever a dropped unit still undoes.
    store.begin().await.unwrap().rollback().await;
    assert_eq!(count(store).await, 64);
}

async fn a_caller_who_goes_away_leaves_no_unit_half_done(test: TestPortal) {
    let store = &test.portal.store;
    for n in 0..32 {
        let store = store.clone();
        let unit = tokio::spawn(async move {
            let mut unit = store.begin().await.unwrap();
            account(&mut unit, n).await.unwrap();
            account(&mut unit, n + 64).await.unwrap();
            let _ = unit.commit().await;
        });
        for _ in 0..n {
            tokio::task::yield_now().await;
        }
        unit.abort();
        let _ = unit.await;
    }
    store.begin().await.unwrap().commit().await.unwrap();
    assert_eq!(count(store).await % 2, 0, "each happened whole or not at all");
}

/// Polls so often and no more: a request whose client goes away is dropped wherever it waits.
async fn dropped_after<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

async fn wherever_a_caller_goes_away_the_next_one_can_work(test: TestPortal) {
    let store = &test.portal.store;
    for commits in [true, false] {
        for polls in 0.. {
            let before = count(store).await;
            let work = async {
                let mut unit = store.begin().await.unwrap();
                sqlx::query("UPDATE accounts SET change_seq = change_seq + 1")
                    .execute(&mut *unit)
                    .await
                    .unwrap();
                account(&mut unit, 255).await.unwrap();
                if commits {
                    unit.commit().await.unwrap();
                } else {
                    unit.rollback().await;
                }
            };
            let done = dropped_after(polls, work).await.is_some();
            let mut unit = store.begin().await.expect("the next unit begins");
            sqlx::query("DELETE FROM accounts").execute(&mut *unit).await.unwrap();
            account(&mut unit, 1).await.unwrap();
            unit.commit().await.expect("the next unit is committed");
            assert_eq!(count(store).await, 1, "after {polls} polls, from {before}");
            if done {
                break;
            }
        }
    }
}

async fn the_schema_is_brought_up_once(test: TestPortal) {
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    account(&mut unit, 1).await.unwrap();
    unit.commit().await.unwrap();
    let again = Store::open(&test.url).await.unwrap();
    assert_eq!(count(&again).await, 1);
    again.close().await;
    assert!(matches!(again.read().await, Err(StoreError::Unavailable)));
}

async fn the_database_itself_keeps_one_master(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let second = sqlx::query(
        "INSERT INTO addresses (canonical, typed, account, master, confirmed_at) VALUES ('x@y.test', 'x@y.test', $1, 1, 0)",
    )
    .bind(&anna.signed_in.session.account.id.0.as_bytes()[..])
    .execute(&mut **unit)
    .await;
    assert!(matches!(second.map_err(StoreError::from), Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    std::fs::write(&path, "Dear database, ".repeat(1000)).unwrap();
    assert!(Store::open(&format!("sqlite:{}", path.display())).await.is_err());
    assert!(Store::open("mysql://somewhere").await.is_err());
}

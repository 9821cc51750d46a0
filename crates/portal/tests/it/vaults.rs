//! The stored vault: which revision follows, whose it is, what is kept of those before; and parcels until they are in it.

use axum::http::Method;
use portal::storage::{Key as _, RowExt as _};
use serde_json::Value;
use vault::{Error, Pass, Vault};
use wire::{
    ids::AccountId,
    sessions::{Parcel, SignedIn, VaultVersion},
    vaults::{MAX_REVISION_LEAP, PastVault, SealedPastVault, VaultHead},
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Person, Reply},
    stationery::sheet,
    test_portal::TestPortal,
};

on_both_engines![
    noise_that_a_program_wrote_is_undone_by_an_earlier_keyring,
    only_the_next_revision_of_the_own_vault_is_taken,
    a_flood_of_a_programs_writes_ends_and_displaces_nothing_of_a_persons,
    no_program_sees_past_vaults,
    a_parcel_is_acknowledged_by_a_person_alone,
    an_acknowledged_parcel_stays_unseen_for_30_days_and_the_vault_with_it,
];

const DAY: i64 = 24 * 3_600_000;

/// What can be written without opening anything: a fitting head, and noise in the form of what is sealed.
fn noise(account: AccountId, revision: i64) -> Vec<u8> {
    let noise: Vec<u8> = (0..64_u8).map(|n| n.wrapping_mul(83) ^ 0x5a).collect();
    [&VaultHead { account, revision }.to_bytes()[..], &sheet(&noise, 200)].concat()
}

impl Person<'_> {
    async fn try_store(&self, sealed: Vec<u8>) -> Reply {
        self.test.request(self.writes_vault(sealed)).await
    }

    /// Writes noise as the revision after the one that is known.
    async fn writes_noise(&mut self) -> Reply {
        let noise = noise(self.id(), self.signed_in.vault.version + 1);
        let reply = self.try_store(noise).await;
        if reply.status.is_success() {
            self.signed_in.vault.version += 1;
        }
        reply
    }

    async fn past_vaults(&self) -> Vec<PastVault> {
        self.get("/vaults").await.ok().json()
    }

    async fn past_vault(&self, version: i64) -> Vec<u8> {
        let past: SealedPastVault = self.get(&format!("/vaults/{version}")).await.ok().json();
        past.sealed.0
    }
}

/// The session of a program of that person's.
async fn program<'a>(test: &'a TestPortal, of: &Person<'_>, pass: &Pass) -> Person<'a> {
    let signed_in: SignedIn = test.begin_by(pass, "1.2.0").await.ok().json();
    assert!(!signed_in.session.in_person);
    let key = pass.unwrap(signed_in.vault.slots[0].wrapped.as_ref()).unwrap();
    Person {
        test,
        address: of.address.clone(),
        rng: of.rng.clone(),
        vault: Vault::unlock(signed_in.vault.sealed.as_ref(), of.id(), &key).unwrap(),
        signed_in,
        key,
    }
}

async fn noise_that_a_program_wrote_is_undone_by_an_earlier_keyring(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    let mut program = program(&test, &anna, &kept.pass).await;
    // What locked her out for ever.
    let refused = program.try_store(noise(anna.id(), 9)[25..].to_vec()).await;
    assert_eq!(refused.problem(), "unacceptable");
    program.writes_noise().await.ok();
    program.writes_noise().await.ok();

    anna.sign_in_again().await;
    let served = anna.signed_in.vault.clone();
    let program = served.written.program.as_ref().unwrap().as_str();
    assert_eq!((program, served.written.in_person), ("outlook", false));
    let account = anna.id();
    let refused = Vault::take_up(served.sealed.as_ref(), None, account, &anna.key).unwrap_err();
    assert_eq!(refused, Error::UnreadableVault);
    let past = anna.past_vaults().await;
    let written: Vec<_> = past.iter().map(|past| (past.version, past.written.in_person)).collect();
    assert_eq!(written, [(3, false), (2, true), (1, true)]);
    let earlier = anna.past_vault(2).await;
    let own = anna.vault.certificate().clone();
    anna.vault = Vault::accept_vault(&earlier, served.sealed.as_ref(), None, account, &anna.key).unwrap();
    assert_eq!(anna.vault.certificate(), &own);
    anna.store_vault().await;
    anna.sign_in_again().await;
    let served = anna.signed_in.vault.sealed.as_ref();
    assert!(Vault::take_up(served, Some(&earlier), account, &anna.key).is_ok());
}

async fn only_the_next_revision_of_the_own_vault_is_taken(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let kept = anna.activate().await;
    let mut program = program(&test, &anna, &kept.pass).await;
    let (account, version) = (anna.id(), anna.signed_in.vault.version);
    for (by, account, revision) in [
        (&anna, ben.id(), version + 1),
        (&anna, account, version),
        (&anna, account, version - 1),
        (&anna, account, 0),
        (&anna, account, version + MAX_REVISION_LEAP + 1),
        (&anna, account, i64::MAX),
        (&program, account, version + 2),
    ] {
        let reply = by.try_store(noise(account, revision)).await;
        assert_eq!(
            (reply.status.as_u16(), &*reply.problem()),
            (422, "unacceptable"),
            "{revision}"
        );
    }
    let nothing = noise(account, version + 1)[..VaultHead::BYTES].to_vec();
    assert_eq!(anna.try_store(nothing).await.problem(), "not-sealed");
    assert!(anna.past_vaults().await.len() == 1 && program.writes_noise().await.status.is_success());
    // She has not seen that; and after a restore her client knows a higher one than the portal does.
    assert_eq!(
        anna.try_store(noise(account, version + 1)).await.problem(),
        "version-conflict"
    );
    anna.signed_in.vault.version += 1;
    let leap = anna.try_store(noise(account, version + MAX_REVISION_LEAP)).await;
    assert_eq!(leap.ok().json::<VaultVersion>().version, version + MAX_REVISION_LEAP);
    let past: Vec<_> = anna.past_vaults().await.iter().map(|past| past.version).collect();
    assert_eq!(past, [version + 1, version, 1]);
}

async fn a_flood_of_a_programs_writes_ends_and_displaces_nothing_of_a_persons(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    let version = anna.signed_in.vault.version;
    let persons = anna.past_vaults().await.len();
    for day in 0..3 {
        let mut program = program_by_token(&test, &anna, &kept.pass).await;
        // A program's session ends within the hour; what it may write in a day does not begin anew.
        let mut written = 0;
        while program.writes_noise().await.status.is_success() {
            written += 1;
        }
        assert_eq!(written, 200, "day {day}");
        let mut again = program_by_token(&test, &anna, &kept.pass).await;
        assert_eq!(again.writes_noise().await.problem(), "too-many-requests");
        test.clock.pass(DAY);
    }
    anna.sign_in_again().await;
    let past = anna.past_vaults().await;
    assert!(persons >= 1 && past.len() <= 51, "{}", past.len());
    assert!(
        past.iter()
            .any(|past| past.version == version && past.written.in_person)
    );
    // She writes as before.
    anna.writes_noise().await.ok();
}

/// As [`program`], where the vault is noise.
async fn program_by_token<'a>(test: &'a TestPortal, of: &Person<'_>, pass: &Pass) -> Person<'a> {
    let signed_in: SignedIn = test.begin_by(pass, "1.2.0").await.ok().json();
    let address = of.address.clone();
    Person {
        test,
        rng: of.rng.clone(),
        vault: Vault::create(of.id(), &address, crate::test_portal::NOW, &mut of.rng.clone()).unwrap(),
        key: of.key.clone(),
        address,
        signed_in,
    }
}

async fn no_program_sees_past_vaults(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let kept = anna.activate().await;
    let program = program(&test, &anna, &kept.pass).await;
    for path in ["/vaults", "/vaults/1"] {
        assert_eq!(program.get(path).await.problem(), "not-allowed");
    }
    assert_eq!(anna.past_vault(1).await[..17], noise(anna.id(), 1)[..17]);
    for path in ["/vaults/0", "/vaults/-1", "/vaults/99"] {
        assert_eq!(ben.get(path).await.problem(), "not-found", "{path}");
    }
}

async fn parcels(of: &Person<'_>) -> Vec<Parcel> {
    of.get("/parcels").await.ok().json()
}

async fn acknowledge(by: &Person<'_>, parcel: &Parcel) -> Reply {
    by.call(Method::DELETE, &format!("/parcels/{}", parcel.id), Value::Null)
        .await
}

async fn a_parcel_is_acknowledged_by_a_person_alone(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    let _ben = test.professional("ben").await;
    anna.absorb("ben@example.test", PASSWORD).await;
    let mut program = program(&test, &anna, &kept.pass).await;
    let [parcel] = &parcels(&program).await[..] else {
        panic!()
    };
    assert_eq!(acknowledge(&program, parcel).await.problem(), "not-allowed");
    // It takes the keys in all the same, and leaves the rest to her.
    program.take_parcels_in().await;
    assert_eq!(parcels(&anna).await.len(), 1);
    anna.sign_in_again().await;
    anna.vault = Vault::unlock(anna.signed_in.vault.sealed.as_ref(), anna.id(), &anna.key).unwrap();
    assert_eq!(anna.vault.take_in(parcel.sealed.as_ref(), &parcel.origin), Ok(false));
    anna.take_parcels_in().await;
    assert!(parcels(&anna).await.is_empty());
    assert_eq!(acknowledge(&anna, parcel).await.problem(), "not-found");
}

async fn count(test: &TestPortal, sql: &'static str, account: AccountId) -> i64 {
    let mut db = test.portal.store.read().await.unwrap();
    let row = sqlx::query(sql).bind(account.key()).fetch_one(&mut *db).await.unwrap();
    row.int("n").unwrap()
}

async fn an_acknowledged_parcel_stays_unseen_for_30_days_and_the_vault_with_it(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    ben.store_vault().await;
    let (ben, of_parcels) = (ben.id(), "SELECT COUNT(*) AS n FROM parcels WHERE account = $1");
    let of_vaults = "SELECT (SELECT COUNT(*) FROM vaults WHERE account = $1) \
        + (SELECT COUNT(*) FROM past_vaults WHERE account = $1) AS n";
    anna.absorb("ben@example.test", PASSWORD).await;
    let before = count(&test, of_vaults, ben).await;
    assert!(before > 1);
    // However long nobody has taken it in.
    test.clock.pass(40 * DAY);
    portal::workers::sweep(&test.portal).await.unwrap();
    assert_eq!(count(&test, of_vaults, ben).await, before);
    anna.sign_in_again().await;
    anna.take_parcels_in().await;
    let kept = count(&test, of_parcels, anna.id()).await;
    assert!(kept >= 1);
    test.clock.pass(30 * DAY - 1);
    portal::workers::sweep(&test.portal).await.unwrap();
    assert_eq!(count(&test, of_vaults, ben).await, before);
    test.clock.pass(1);
    portal::workers::sweep(&test.portal).await.unwrap();
    assert_eq!(count(&test, of_vaults, ben).await, 0);
    assert_eq!(count(&test, of_parcels, anna.id()).await, 0);
}

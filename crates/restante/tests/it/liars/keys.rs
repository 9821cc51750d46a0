//! Lies about what holds the keys: the vault and the ways into it, parcels, who claims an address, one's own account.

use liar::{AccountLie, ClaimLie, Lie, ParcelLie, SignInLie, VaultLie};
use wire::vaults::MAX_REVISION_LEAP;

use super::{ANNA, BEN, EVE, Lied, TO_BEN, address, lied, newest};
use crate::site::{PASSWORD, said};

const CARL: &str = "carl@clinic.test";
const DORA: &str = "dora@clinic.test";

const TO_EVE: [&str; 7] = ["send", "--to", EVE, "--subject", "Plan", "--text", "here"];

/// What is printed on standard error by one that succeeds.
async fn warned(lied: &Lied, arguments: &[&str]) -> String {
    let output = lied.runs(arguments).await;
    let warned = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{warned}");
    warned
}

#[tokio::test]
async fn each_lie_about_vaults_ends_in_its_own_error() {
    let lied = lied().await;
    // The first one is served, and again once she has met Eve, whose key is remembered in a later one.
    lied.liar.tell(Lie::Vaults(VaultLie::Older));
    warned(&lied, &["inbox"]).await;
    warned(&lied, &TO_EVE).await;
    let older = lied.fails(&mut lied.command(&["inbox"])).await;
    assert!(
        older.contains("this vault is older than the one that was seen last")
            && older.contains("restante vault accept"),
        "{older}"
    );

    lied.liar.tell(Lie::Vaults(VaultLie::Foreign));
    said(lied.site.as_person(EVE).args(["inbox"])).await;
    let foreign = lied.fails(&mut lied.command(&["inbox"])).await;
    assert!(foreign.contains("this is the vault of another account"), "{foreign}");

    let written = || lied.liar.times_asked("PUT", "/vault");
    let before = written();
    let leap = |by| VaultLie::Leap { by };
    let cases = [
        (
            leap(MAX_REVISION_LEAP + 1),
            "this vault's revision is further ahead than it can be",
        ),
        (leap(i64::MAX), "this vault's revision is further ahead than it can be"),
        // The head is in the derivation of the key.
        (leap(MAX_REVISION_LEAP), "this vault cannot be opened"),
        (VaultLie::Noise, "this vault cannot be opened"),
        (VaultLie::RenameSlot, "a vault without a password slot"),
        (
            VaultLie::SwapSlot,
            "a password slot that the right password does not open",
        ),
    ];
    for (lie, expected) in cases {
        let named = format!("{lie:?}");
        let said = lied.fails_over(Lie::Vaults(lie), &["inbox"]).await;
        assert!(said.contains(expected), "{named}: {said}");
    }
    // A computer that has seen nothing cannot tell a leap by the number, and is not taken in by it.
    lied.liar.tell(Lie::Vaults(leap(i64::MAX)));
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = lied.command(&["inbox"]);
    command.env("RESTANTE_ACTIVATIONS", elsewhere.path().join("activations.json"));
    let unreadable = lied.fails(&mut command).await;
    assert!(unreadable.contains("this vault cannot be opened"), "{unreadable}");

    lied.liar.tell(None);
    let known = warned(&lied, &TO_EVE).await;
    assert!(!known.contains("You have no key of"), "{known}");
    assert_eq!(written(), before, "something was stored over a lie");
}

#[tokio::test]
async fn a_password_is_not_proved_under_a_lie_about_its_setup() {
    let lied = lied().await;
    let begun = lied.liar.times_asked("POST", "/sessions");
    let cases = [
        (
            SignInLie::WeakStretching,
            "the portal protects passwords less than this program takes; nothing was given to it",
        ),
        (
            SignInLie::ExcessiveStretching,
            "the portal asks for more work on a password than this program does",
        ),
        (
            SignInLie::OtherOrigin,
            "the portal is reached under another address than this one",
        ),
    ];
    for (lie, expected) in cases {
        let said = lied.fails_over(Lie::SignIns(lie), &["inbox"]).await;
        assert!(said.contains(expected), "{lie:?}: {said}");
    }
    assert_eq!(lied.liar.times_asked("POST", "/sessions"), begun);
}

/// Mail waits for the address, which Anna asks for and confirms: with it a parcel comes. What the command line says.
async fn joins(lied: &Lied, new: &str) -> String {
    lied.ben
        .send(client::Outgoing::new("Waiting").to(address(new)))
        .await
        .unwrap();
    warned(lied, &["alias", "add", new]).await;
    let mail = lied.site.sink.nth_mail_to(0, new, "/confirm#").await;
    let link = mail.link(&format!("{}/confirm#", lied.site.url));
    warned(lied, &["alias", "confirm", "--yes", &link]).await
}

#[tokio::test]
async fn a_parcel_that_is_not_what_was_signed_is_told_and_left_where_it_is() {
    let lied = lied().await;
    let refused = "whoever gave them did not sign them for you";
    lied.liar.tell(Lie::Parcels(ParcelLie::Swap));
    // The first one has nothing to be swapped with.
    let first = joins(&lied, CARL).await;
    assert!(!first.contains(refused), "{first}");
    let swapped = joins(&lied, DORA).await;
    assert!(swapped.contains(refused), "{swapped}");
    lied.liar.tell(Lie::Parcels(ParcelLie::Origin));
    let other = warned(&lied, &["inbox"]).await;
    assert!(other.contains(refused), "{other}");

    // Nothing else goes wrong over it, and the letter opens as soon as the portal tells the truth.
    let letter = newest(&lied.anna).await.to_string();
    let closed = lied.fails(&mut lied.command(&["read", &letter])).await;
    assert!(closed.contains("no key here opens this"), "{closed}");
    lied.liar.tell(None);
    let read = warned(&lied, &["read", &letter]).await;
    assert!(!read.contains(refused), "{read}");
}

#[tokio::test]
async fn a_parcel_that_was_made_up_changes_nothing_of_what_is_signed_or_sealed() {
    let lied = lied().await;
    lied.liar.tell(Lie::Parcels(ParcelLie::MakeUp { giver: address(EVE) }));
    // Its giver is somebody whom nobody knows, which a claim's may be: it cannot be noticed. Its keys open, and no more.
    let taken = warned(&lied, &TO_BEN).await;
    assert!(!taken.contains("did not sign"), "{taken}");
    lied.liar.tell(None);
    let received = lied.ben.open(newest(&lied.ben).await).await.unwrap();
    assert_eq!(received.fingerprint, lied.anna.fingerprint());
    warned(&lied, &["read", &lied.letter.to_string()]).await;
}

#[tokio::test]
async fn a_portal_that_names_itself_as_the_claimant_gets_no_keyring() {
    let lied = lied().await;
    // Eve does not know Anna's key; Ben does.
    let mut links = Vec::new();
    for claimed in [EVE, BEN] {
        warned(&lied, &["alias", "add", claimed]).await;
        let mail = lied.site.sink.nth_mail_to(0, claimed, "/confirm#").await;
        links.push(mail.link(&format!("{}/confirm#", lied.site.url)));
    }
    let characters = lied.anna.claim_characters(&address(EVE)).await.unwrap().to_string();
    let confirm = |link: &str, by: &[&str]| {
        let mut command = lied.command(&[&["alias", "confirm", "--yes", link], by].concat());
        command.env("RESTANTE_OTHER_PASSWORD", PASSWORD);
        command
    };
    let elsewhere = |link: &str| {
        let mut command = confirm(link, &["--characters", &characters]);
        command.env_remove("RESTANTE_ADDRESS");
        command
    };
    let another = ClaimLie::NameAnother {
        accomplice: address("mallory@evil.test"),
    };
    for lie in [ClaimLie::NameItself, ClaimLie::SwapCertificate, another.clone()] {
        let named = format!("{lie:?}");
        lied.liar.tell(Lie::Claims(lie));
        let wrong = lied.fails(&mut elsewhere(&links[0])).await;
        let expected =
            "these are not the twelve characters of the key that would get the account; nothing was handed over";
        assert!(wrong.contains(expected), "{named}: {wrong}");
    }
    for lie in [ClaimLie::NameItself, ClaimLie::SwapCertificate] {
        lied.liar.tell(Lie::Claims(lie));
        let known = lied.fails(&mut elsewhere(&links[1])).await;
        assert!(known.contains("keys are not the ones last seen"), "{known}");
        // Where the claimant is signed in, its own vault knows better.
        let own = lied.fails(&mut confirm(&links[0], &[])).await;
        assert!(own.contains("the portal names another key than yours"), "{own}");
    }
    lied.liar.tell(Lie::Claims(another));
    let other = lied.fails(&mut confirm(&links[0], &[])).await;
    assert!(
        other.contains("it was mallory@evil.test who asked for this address"),
        "{other}"
    );

    assert_eq!(lied.liar.times_asked("POST", "/claims/confirm"), 0);
    lied.liar.tell(None);
    let confirmed = said(&mut elsewhere(&links[0])).await;
    assert!(confirmed.contains(ANNA), "{confirmed}");
}

#[tokio::test]
async fn what_is_said_of_ones_own_account_is_shown_or_refused() {
    let lied = lied().await;
    // Under another's address nothing arrives: the portal behind does not take it.
    lied.liar
        .tell(Lie::Account(AccountLie::SwapMaster { address: address(BEN) }));
    let listed = said(&mut lied.command(&["alias", "list"])).await;
    assert!(listed.contains(&format!("Master   {BEN}")), "{listed}");
    let sent = lied.runs(&TO_EVE).await;
    let shown = String::from_utf8(sent.stderr).unwrap();
    assert!(!sent.status.success(), "{shown}");
    assert_eq!(lied.inboxes().await, [1, 0, 0]);
    assert!(shown.contains(&format!("It comes from {BEN}, your Master.")), "{shown}");

    // A letter to a correspondent does not stay with oneself.
    let own = AccountLie::AddAddress { address: address(BEN) };
    let held = lied.fails_over(Lie::Account(own), &TO_BEN).await;
    assert!(
        held.contains("nothing was sent") && held.contains("keys are not the ones last seen"),
        "{held}"
    );

    lied.liar.tell(Lie::Account(AccountLie::Another));
    said(lied.site.as_person(EVE).args(["inbox"])).await;
    let foreign = lied.fails(&mut lied.command(&["inbox"])).await;
    assert!(foreign.contains("this is the vault of another account"), "{foreign}");
    // In a session that goes on.
    let before = lied.anna.account();
    let error = lied.anna.refresh().await.unwrap_err().to_string();
    assert!(
        error.contains("another account than the one that is signed in"),
        "{error}"
    );
    assert_eq!(lied.anna.account(), before);
}

//! Sequences that are told: through everything there is, with a crash wherever there can be one.

use std::cell::RefCell;

use portal::storage::Engine;

use super::{
    actions::{Action, How, Step, Way},
    names::Addr,
    play::{Play, Tally},
    reference::Op,
    stage::Stage,
};

const MINUTE: wire::Millis = 60_000;

/// Everybody does everything at least once, among mail, aliases, pending claims and parcels.
#[allow(clippy::too_many_lines, reason = "a story")]
fn story() -> Vec<(wire::Millis, Action)> {
    use Action::*;
    let [anna_at, ben_at, carl_at, dora_at, eve_at, fay_at] = Addr::ALL;
    // By their places among those who can do it.
    let (anna, ben, carl, dora) = (0, 1, 2, 3);
    let send = |by, to: &[Addr]| Send {
        by,
        to: to.to_vec(),
        careless: false,
    };
    let acquire = |by, address| Acquire {
        by,
        address,
        moving: false,
        elsewhere: false,
    };
    let moving = |by, address| Acquire {
        by,
        address,
        moving: true,
        elsewhere: false,
    };
    let elsewhere = |by, address, moving| Acquire {
        by,
        address,
        moving,
        elsewhere: true,
    };
    let confirm = |way| Confirm {
        claim: 1,
        older: 0,
        way,
    };
    vec![
        (1, send(anna, &[ben_at, carl_at])),
        (1, send(ben, &[dora_at, anna_at])),
        (1, send(dora, &[ben_at])),
        // Somebody who is not there is invited, and mail waits.
        (1, send(anna, &[eve_at])),
        (
            1,
            LookUp {
                by: dora,
                address: fay_at,
            },
        ),
        // Nobody's, by a click; who was invited, by the number.
        (1, acquire(anna, fay_at)),
        (1, moving(ben, eve_at)),
        (1, TakeIn { who: ben }),
        (61 * MINUTE, Claim { by: anna, on: carl_at }),
        (1, Mail { claim: 1 }),
        (
            1,
            Inspect {
                claim: 1,
                older: 0,
                by: 1,
            },
        ),
        (1, confirm(Way::WrongNumber)),
        (1, MailAgain { claim: 1 }),
        (1, Mail { claim: 1 }),
        (1, confirm(Way::WrongNumber)),
        (1, Prove { claim: 1, older: 0 }),
        (1, Refuse { claim: 1, older: 0 }),
        (1, ClaimFor { of: ben, on: dora_at }),
        (1, Cancel { claim: 1 }),
        // Three wrong numbers end the claim on an address that nobody has.
        (61 * MINUTE, Claim { by: carl, on: eve_at }),
        (1, Remove { by: ben, alias: 0 }),
        (1, confirm(Way::WrongNumber)),
        (1, confirm(Way::WrongNumber)),
        (1, confirm(Way::WrongNumber)),
        (61 * MINUTE, acquire(ben, eve_at)),
        // A program of hers is let in, and another that she takes away.
        (
            1,
            Activate {
                who: anna,
                forgetful: false,
            },
        ),
        (1, UseActivation { activation: 0, what: 3 }),
        (
            1,
            Block {
                activation: 0,
                blocked: true,
                portal: false,
            },
        ),
        (
            1,
            Block {
                activation: 0,
                blocked: false,
                portal: false,
            },
        ),
        (
            1,
            Activate {
                who: anna,
                forgetful: false,
            },
        ),
        (1, RemoveActivation { activation: 1, by: 1 }),
        (
            1,
            Activate {
                who: dora,
                forgetful: false,
            },
        ),
        (
            1,
            Block {
                activation: 1,
                blocked: true,
                portal: true,
            },
        ),
        (1, UseActivation { activation: 0, what: 7 }),
        // Anna promotes, and goes on from there.
        (1, BeginSignIn { who: anna }),
        (1, SignIn { who: anna }),
        (
            1,
            Promote {
                by: anna,
                alias: 0,
                tell: true,
                forgetful: false,
            },
        ),
        (1, UseActivation { activation: 0, what: 7 }),
        (1, RemoveActivation { activation: 0, by: 1 }),
        (1, Certify { by: anna }),
        (1, send(anna, &[ben_at, dora_at, anna_at])),
        (1, Remove { by: anna, alias: 0 }),
        // Carl takes one alias of Ben's; Anna takes Ben in, with Ben's own parcels, and a proof of Ben's is forgotten.
        (61 * MINUTE, moving(carl, eve_at)),
        (1, send(dora, &[ben_at])),
        (61 * MINUTE, acquire(anna, ben_at)),
        (1, send(anna, &[dora_at])),
        (1, TakeIn { who: anna }),
        (1, send(carl, &[ben_at, eve_at])),
        (1, SetDisabled { who: 3, disabled: true }),
        (
            1,
            SetDisabled {
                who: 0,
                disabled: false,
            },
        ),
        // Carl takes Anna in, in a browser where he is not signed in; she thinks better of it. Once more, and it stands.
        (61 * MINUTE, elsewhere(1, fay_at, false)),
        (1, send(carl, &[fay_at])),
        (
            1,
            Separate {
                claim: 0,
                address: fay_at,
            },
        ),
        (
            1,
            Separate {
                claim: 0,
                address: fay_at,
            },
        ),
        (61 * MINUTE, elsewhere(1, ben_at, true)),
        (1, Remove { by: 1, alias: 0 }),
        (1, Join { claim: 0, due: false }),
        (73 * 60 * MINUTE, Join { claim: 0, due: true }),
        // The address that was released is anybody's.
        (
            1,
            Invite {
                address: anna_at,
                professional: true,
            },
        ),
        (1, send(carl, &[anna_at])),
        (1, Register { who: 0 }),
        (1, Alarm { who: 0 }),
        (1, SignOut { session: 1 }),
        // Carl takes in Anna, who had taken in Ben; then whoever registered since.
        (61 * MINUTE, acquire(1, fay_at)),
        (1, TakeIn { who: 0 }),
        (61 * MINUTE, elsewhere(0, anna_at, false)),
        (1, Alarm { who: 3 }),
        (1, send(0, &[anna_at, ben_at])),
        (73 * 60 * MINUTE, Join { claim: 0, due: true }),
        (1, TakeIn { who: 0 }),
        (1, send(0, &[anna_at, ben_at])),
    ]
}

pub fn every_write_of_every_operation_fails_once(engine: Engine) {
    let runtime = super::runtime();
    let _within = runtime.enter();
    let stage = runtime.block_on(Stage::open(engine));
    let tally = RefCell::new(Tally::default());
    let steps: Vec<_> = story()
        .into_iter()
        .map(|(wait, action)| Step {
            wait,
            action,
            how: How::CrashingEverywhere,
        })
        .collect();
    let played = runtime.block_on(async { Play::begin(&stage, &tally).await.play(steps.iter()).await });
    played.unwrap_or_else(|why| panic!("{why}"));
    let tally = tally.borrow();
    println!("{tally:#?}");
    for kind in Op::KINDS {
        assert!(
            tally.outcomes.keys().any(|outcome| outcome.starts_with(kind)),
            "nobody did: {kind}"
        );
    }
}

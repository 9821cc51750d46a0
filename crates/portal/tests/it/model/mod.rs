//! Address migration as a state machine, against a plain reference model.
//!
//! Sequences of 50 random actions by four accounts, and whoever else registers, over six addresses. Each action is played
//! on a portal by its routes and on a model of plain maps ([`reference`], with the rules of the design and nothing of the
//! portal's code). After every operation the answer and everything in the database that matters ([`world`]) must be the
//! model's, and what the design promises must hold of the database whatever the model says ([`invariants`], by the design's
//! numbers). A third of the actions fail at some write, must leave every table as it was, and are done again; a fifth are
//! done beside another, and one of the two orders must explain what both came to; some are done twice.
//!
//! What is not played here: passwords (a proof is made by what the route calls once it has seen one), the outbox (a claim's
//! mail is made in one unit; the rest are rows), and what seals: a key packet, a parcel and a vault say whose keys they
//! are, in clear. [`vaults`] plays fewer and shorter sequences with real ones, through the whole of a sign-in. Nothing
//! recalls or freezes messages yet (the design's tenth promise).
//!
//! In `make test` as many as fit into a minute or so on each engine, and every write of every operation in one story
//! ([`directed`]). `make model` plays 10 000 on each. `RESTANTE_SEQUENCES` and `RESTANTE_SEED` choose; the same seed is the
//! same sequences, though the ids in them differ, and with these who comes first of two that wait for each other. A
//! sequence that fails is shortened, and shown with all that was done.

mod actions;
mod directed;
mod invariants;
mod keys;
mod names;
mod play;
mod reference;
mod seeing;
mod stage;
mod vaults;
mod world;

use std::cell::RefCell;

use portal::storage::Engine;
use proptest::{
    collection::vec,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use self::{
    actions::{How, Step, step},
    play::{Play, Tally},
    stage::Stage,
};

/// A number from the environment.
fn told(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
}

/// Everything on one thread: the engines have their own, and going from one to another takes longer than what is done
/// there. Two at once are woven into each other wherever one of them waits.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn sequences(engine: Engine) {
    let runtime = runtime();
    // Until the stage has gone, whatever comes.
    let _within = runtime.enter();
    let stage = runtime.block_on(Stage::open(engine));
    let tally = RefCell::new(Tally::default());
    let play = |steps: &[Step]| runtime.block_on(async { Play::begin(&stage, &tally).await.play(steps.iter()).await });
    let config = Config {
        cases: told("RESTANTE_SEQUENCES", 100),
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Config::default()
    };
    let seed = u8::try_from(told("RESTANTE_SEED", 0)).unwrap();
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let result = runner.run(&vec(step(), 50), |steps| {
        let played = play(&steps);
        tally.borrow_mut().sequences += 1;
        played.map_err(TestCaseError::fail)
    });
    println!("{:#?}", tally.borrow());
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, steps)) => {
            let (why, steps) = shorten(why.message().to_owned(), steps, play);
            let steps: String = steps.iter().map(|step| format!("  {step:?}\n")).collect();
            panic!("{why}\nsteps:\n{steps}");
        }
        Err(error) => panic!("{error}"),
    }
}

/// Leaves out what a sequence fails without, and does alone what fails alone. (What proptest would do is to simplify the
/// numbers in every step before it leaves one out.)
fn shorten(mut why: String, mut steps: Vec<Step>, play: impl Fn(&[Step]) -> Result<(), String>) -> (String, Vec<Step>) {
    for n in (0..steps.len()).rev() {
        let mut fewer = steps.clone();
        fewer.remove(n);
        if let Err(still) = play(&fewer) {
            (why, steps) = (still, fewer);
            continue;
        }
        let mut simpler = steps.clone();
        simpler[n].how = How::Alone;
        if let Err(still) = play(&simpler) {
            (why, steps) = (still, simpler);
        }
    }
    (why, steps)
}

mod sqlite {
    use portal::storage::Engine::Sqlite;

    use crate::test_portal::TestPortal;

    #[test]
    fn sequences() {
        super::sequences(Sqlite);
    }

    #[test]
    fn every_write_of_every_operation_fails_once() {
        super::directed::every_write_of_every_operation_fails_once(Sqlite);
    }

    #[tokio::test]
    async fn every_message_is_opened_with_real_vaults() {
        super::vaults::every_message_is_opened(TestPortal::sqlite).await;
    }
}

mod postgres {
    use portal::storage::Engine::Postgres;

    use crate::test_portal::TestPortal;

    #[test]
    fn sequences() {
        super::sequences(Postgres);
    }

    #[test]
    fn every_write_of_every_operation_fails_once() {
        super::directed::every_write_of_every_operation_fails_once(Postgres);
    }

    #[tokio::test]
    async fn every_message_is_opened_with_real_vaults() {
        super::vaults::every_message_is_opened(TestPortal::postgres).await;
    }
}

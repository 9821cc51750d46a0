//! Address migration as a state machine, against a plain reference model.

mod actions;
mod invariants;
mod keys;
mod names;
mod reference;
mod stage;
mod world;

use std::{cell::RefCell, pin::pin, task::Poll};

use portal::storage::Engine;
use proptest::{
    collection::vec,
    option::weighted,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use wire::ProblemType;

use self::{
    actions::{How, Numbers, Step, plan, step},
    names::Names,
    reference::{Model, Op, Outcome},
    stage::{Learned, Stage},
    world::{World, difference},
};
use crate::house::NOW;

/// What was done, for the record.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    sequences: u64,
    steps: u64,
    operations: u64,
    refused: u64,
    crashes: u64,
    pairs: u64,
    twice: u64,
}

/// One sequence being played.
struct Play<'a> {
    stage: &'a Stage,
    tally: &'a RefCell<Tally>,
    model: Model,
    names: Names,
    numbers: Numbers,
    /// What the database had after the last operation.
    world: World,
    /// What was done, to be read where it fails.
    log: Vec<String>,
}

impl<'a> Play<'a> {
    async fn begin(stage: &'a Stage, tally: &'a RefCell<Tally>) -> Self {
        let (world, names) = stage.reset().await;
        Self {
            stage,
            tally,
            model: Model::new(world.clone(), NOW + 1),
            names,
            numbers: Numbers::new(),
            world,
            log: Vec::new(),
        }
    }

    async fn play(&mut self, steps: impl Iterator<Item = &Step>) -> Result<(), String> {
        for step in steps {
            self.step(step).await.map_err(|why| {
                let log = self
                    .log
                    .iter()
                    .enumerate()
                    .map(|(n, line)| format!("{n:4} {line}\n"))
                    .collect::<String>();
                format!("{why}\nafter:\n{log}")
            })?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        self.stage.house.clock.pass(step.wait);
        self.model.pass(step.wait);
        self.tally.borrow_mut().steps += 1;
        let crash = match step.how {
            How::Crashing(after) => Some(i64::from(after)),
            _ => None,
        };
        let mut ops = plan(&self.model, &step.action, &mut self.numbers);
        let Some(last) = ops.pop() else { return Ok(()) };
        for op in ops {
            self.one(op, crash).await?;
        }
        match &step.how {
            How::Alone | How::Crashing(_) => self.one(last, crash).await,
            // A sign-in ends in a new session each time.
            How::Twice if matches!(last, Op::SignIn { .. }) => self.one(last, None).await,
            How::Twice => {
                self.tally.borrow_mut().twice += 1;
                self.one(last.clone(), None).await?;
                self.one(last, None).await
            }
            How::Beside(other, head_start) => {
                let mut ops = plan(&self.model, other, &mut self.numbers);
                let Some(other) = ops.pop() else {
                    return self.one(last, None).await;
                };
                for op in ops {
                    self.one(op, None).await?;
                }
                match (&last, &other) {
                    // One process takes each mail.
                    (Op::Mail { claim: one }, Op::Mail { claim: other }) if one == other => self.one(last, None).await,
                    _ => self.both(last, other, *head_start).await,
                }
            }
        }
    }

    fn lay_out(&mut self, op: &Op) {
        if let Op::Register { who, .. } = op {
            self.names.key(&keys::own(*who).1, names::Key::Own(*who));
        }
    }

    fn learn(&mut self, learned: Learned) {
        match learned {
            Learned::Nothing => {}
            Learned::Link(claim, token) => self.names.link(claim, token),
            Learned::Proof(proof, secret) => self.names.proof(proof, secret),
            Learned::Session(session, bearer) => self.names.session(session, bearer),
        }
    }

    async fn one(&mut self, op: Op, crash: Option<i64>) -> Result<(), String> {
        self.lay_out(&op);
        self.stage.lay_out(&op, &self.names).await;
        if let Some(after) = crash
            && let Some((outcome, learned)) = self.crash(&op, after).await?
        {
            return self.settle(&op, outcome, learned).await;
        }
        let (outcome, learned) = self.stage.act(&op, &self.names).await;
        self.settle(&op, outcome, learned).await
    }

    /// Does an operation that fails on its way, and sees that nothing of it happened. Where it has fewer writes than that,
    /// it is done.
    async fn crash(&mut self, op: &Op, after: i64) -> Result<Option<(Outcome, Learned)>, String> {
        let before = self.stage.digest().await;
        self.stage.trap(Some(after)).await;
        let done = self.stage.act(op, &self.names).await;
        self.stage.trap(None).await;
        if done.0 != Outcome::Refused(ProblemType::Internal) {
            return Ok(Some(done));
        }
        self.tally.borrow_mut().crashes += 1;
        self.log.push(format!("{op:?}, which failed after {after} writes"));
        if self.stage.digest().await != before {
            let world = self.stage.read(&mut self.names, self.model.now).await;
            return Err(format!(
                "7: it failed and changed something\n{}",
                difference(&self.world, &world)
            ));
        }
        Ok(None)
    }

    async fn settle(&mut self, op: &Op, outcome: Outcome, learned: Learned) -> Result<(), String> {
        {
            let mut tally = self.tally.borrow_mut();
            tally.operations += 1;
            tally.refused += u64::from(outcome != Outcome::Done);
        }
        self.log.push(format!("{op:?} → {outcome:?}"));
        self.learn(learned);
        let expected = self.model.apply(op);
        let world = self.stage.read(&mut self.names, self.model.now).await;
        if outcome != expected || world != self.model.world {
            let difference = difference(&self.model.world, &world);
            return Err(format!("the model answers {expected:?}\n{difference}"));
        }
        invariants::hold_across(&self.world, op, &outcome, &world)?;
        invariants::hold(&world)?;
        self.world = world;
        Ok(())
    }

    /// Does two at once. One of the orders must explain what came of it.
    async fn both(&mut self, one: Op, other: Op, head_start: u8) -> Result<(), String> {
        for op in [&one, &other] {
            self.lay_out(op);
            self.stage.lay_out(op, &self.names).await;
        }
        let (first, second) = {
            let (one, other) = (self.stage.act(&one, &self.names), self.stage.act(&other, &self.names));
            with_head_start(one, other, head_start).await
        };
        {
            let mut tally = self.tally.borrow_mut();
            tally.operations += 2;
            tally.pairs += 1;
        }
        self.log
            .push(format!("{one:?} → {:?}\n  at once {other:?} → {:?}", first.0, second.0));
        self.learn(first.1);
        self.learn(second.1);
        let world = self.stage.read(&mut self.names, self.model.now).await;
        let (first, second) = (first.0, second.0);
        let mut differences = String::new();
        for Explanation {
            outcomes,
            between,
            model,
        } in explanations(&self.model, &one, &other)
        {
            if outcomes == (first.clone(), second.clone()) && model.world == world {
                let (ops, outcomes) = match between.first {
                    true => ([&one, &other], [first, second]),
                    false => ([&other, &one], [second, first]),
                };
                invariants::hold_across(&self.world, ops[0], &outcomes[0], &between.world)?;
                invariants::hold_across(&between.world, ops[1], &outcomes[1], &world)?;
                invariants::hold(&world)?;
                self.model = model;
                self.world = world;
                return Ok(());
            }
            differences += &format!("not {outcomes:?} with\n{}", difference(&model.world, &world));
        }
        Err(format!("no order explains it:\n{differences}"))
    }
}

/// One way to understand what two came to that were done at once.
struct Explanation {
    outcomes: (Outcome, Outcome),
    between: Between,
    model: Model,
}

/// What was after the one that was first.
struct Between {
    /// Whether that was the first of the two.
    first: bool,
    world: World,
}

/// One after the other, in either order. The session of the later one may have been looked at before the earlier one did
/// anything; and it may say that the address has changed under its eyes, where it has.
fn explanations(model: &Model, one: &Op, other: &Op) -> Vec<Explanation> {
    let mut all = Vec::new();
    for (first, ops) in [(true, [one, other]), (false, [other, one])] {
        let mut between = model.clone();
        let earlier = between.apply(ops[0]);
        let mut add = |later, model| {
            let outcomes = if first {
                (earlier.clone(), later)
            } else {
                (later, earlier.clone())
            };
            let between = Between {
                first,
                world: between.world.clone(),
            };
            all.push(Explanation {
                outcomes,
                between,
                model,
            });
        };
        for entry in [model.enter(ops[1]), between.enter(ops[1])] {
            let mut after = between.clone();
            let later = after.act(ops[1], &entry);
            add(later, after);
        }
        if let Op::Confirm { link, .. } = ops[1]
            && (
                model.world.addresses.get(&link.0.on),
                model.world.invitations.get(&link.0.on),
            ) != (
                between.world.addresses.get(&link.0.on),
                between.world.invitations.get(&link.0.on),
            )
        {
            add(ProblemType::ClaimChanged.into(), between.clone());
        }
    }
    all
}

/// Both at once, the other one only after the one has waited so often.
async fn with_head_start<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>, waits: u8) -> (A, B) {
    let (mut one, mut left) = (pin!(one), waits);
    let mut done = None;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        match one.as_mut().poll(context) {
            Poll::Ready(output) => {
                done = Some(output);
                Poll::Ready(())
            }
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
    match done {
        Some(done) => (done, other.await),
        None => tokio::join!(one, other),
    }
}

fn sequences(engine: Engine) {
    let count = std::env::var("RESTANTE_SEQUENCES")
        .ok()
        .map_or(100, |count| count.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    // Until the stage has gone, whatever comes.
    let _within = runtime.enter();
    let stage = runtime.block_on(Stage::open(engine));
    let tally = RefCell::new(Tally::default());
    let config = Config {
        cases: count,
        failure_persistence: None,
        max_shrink_time: 60_000,
        max_shrink_iters: 3000,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    // A step that does not matter is left out of what is shown in the end.
    let result = runner.run(&vec(weighted(0.9999, step()), 50), |steps| {
        let played = runtime.block_on(async {
            let mut play = Play::begin(&stage, &tally).await;
            play.play(steps.iter().flatten()).await
        });
        tally.borrow_mut().sequences += 1;
        played.map_err(TestCaseError::fail)
    });
    println!("{:?}", tally.borrow());
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, steps)) => {
            let steps: String = steps.iter().flatten().map(|step| format!("  {step:?}\n")).collect();
            panic!("{why}\nsteps:\n{steps}");
        }
        Err(error) => panic!("{error}"),
    }
}

mod sqlite {
    #[test]
    fn sequences() {
        super::sequences(super::Engine::Sqlite);
    }
}

mod postgres {
    #[test]
    fn sequences() {
        super::sequences(super::Engine::Postgres);
    }
}

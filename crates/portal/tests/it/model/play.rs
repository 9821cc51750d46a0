//! Playing a sequence: each operation on the portal and on the model, and what came of it compared.

use std::{cell::RefCell, collections::BTreeMap, pin::pin, task::Poll};

use wire::ProblemType;

use super::{
    actions::{How, Numbers, Step, plan},
    invariants, keys,
    names::{Key, Names},
    reference::{Model, Op, Outcome},
    stage::{Learned, Stage},
    world::{World, difference},
};
use crate::test_portal::NOW;

/// What was done, for the record.
#[derive(Debug, Default)]
pub struct Tally {
    pub sequences: u64,
    pub steps: u64,
    pub operations: u64,
    pub crashes: u64,
    pub pairs: u64,
    pub twice: u64,
    /// How often each kind of operation came to what.
    pub outcomes: BTreeMap<String, u64>,
}

impl Tally {
    fn add(&mut self, op: &Op, outcome: &Outcome) {
        self.operations += 1;
        *self.outcomes.entry(format!("{} → {outcome:?}", op.kind())).or_default() += 1;
    }
}

/// One sequence being played.
pub struct Play<'a> {
    pub stage: &'a Stage,
    pub tally: &'a RefCell<Tally>,
    pub model: Model,
    pub names: Names,
    pub numbers: Numbers,
    /// What the database had after the last operation.
    world: World,
    /// What was done, to be read where it fails.
    log: Vec<String>,
}

impl<'a> Play<'a> {
    pub async fn begin(stage: &'a Stage, tally: &'a RefCell<Tally>) -> Self {
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

    /// Plays the steps, and sees in the end what everybody sees.
    pub async fn play(&mut self, steps: impl Iterator<Item = &Step>) -> Result<(), String> {
        let mut played = Ok(());
        for step in steps {
            played = self.step(step).await;
            if played.is_err() {
                break;
            }
        }
        if played.is_ok() {
            played = self.see_everything().await;
        }
        played.map_err(|why| {
            let log = self.log.iter().enumerate().map(|(n, line)| format!("{n:4} {line}\n"));
            format!("{why}\nafter:\n{}", log.collect::<String>())
        })
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        self.stage.test.clock.pass(step.wait);
        self.model.pass(step.wait);
        self.tally.borrow_mut().steps += 1;
        let mut ops = plan(&self.model, &step.action, &mut self.numbers);
        let Some(last) = ops.pop() else { return Ok(()) };
        for op in ops {
            self.one_as(op, &step.how).await?;
        }
        match &step.how {
            // A sign-in ends in a new session each time.
            How::Twice if !matches!(last, Op::SignIn { .. } | Op::BeginByActivation { .. }) => {
                self.tally.borrow_mut().twice += 1;
                self.one(last.clone()).await?;
                self.one(last).await
            }
            How::Beside(other, head_start) => {
                let mut ops = plan(&self.model, other, &mut self.numbers);
                let Some(other) = ops.pop() else {
                    return self.one(last).await;
                };
                for op in ops {
                    self.one(op).await?;
                }
                match (&last, &other) {
                    // One process takes each mail.
                    (Op::Mail { claim: one }, Op::Mail { claim: other }) if one == other => self.one(last).await,
                    _ => self.both(last, other, *head_start).await,
                }
            }
            how => self.one_as(last, how).await,
        }
    }

    async fn one_as(&mut self, op: Op, how: &How) -> Result<(), String> {
        match how {
            How::Crashing(after) => match self.crash(&op, i64::from(*after)).await? {
                Some((outcome, learned)) => self.settle(&op, outcome, learned).await,
                None => self.one(op).await,
            },
            // At the first write, at the second, and so on until there are no more.
            How::CrashingEverywhere => {
                let mut after = 0;
                loop {
                    if let Some((outcome, learned)) = self.crash(&op, after).await? {
                        return self.settle(&op, outcome, learned).await;
                    }
                    after += 1;
                }
            }
            How::Alone | How::Twice | How::Beside(..) => self.one(op).await,
        }
    }

    pub async fn one(&mut self, op: Op) -> Result<(), String> {
        self.lay_out(&op).await;
        let (outcome, learned) = self.stage.act(&op, &self.names).await;
        self.settle(&op, outcome, learned).await
    }

    async fn lay_out(&mut self, op: &Op) {
        if let Op::Register { who, .. } = op {
            self.names.key(&keys::own(*who).1, Key::Own(*who));
        }
        self.stage.lay_out(op, &self.names).await;
    }

    /// Does an operation that fails on its way, and sees that nothing of it happened. Where it has fewer writes than that,
    /// it is done.
    async fn crash(&mut self, op: &Op, after: i64) -> Result<Option<(Outcome, Learned)>, String> {
        self.lay_out(op).await;
        let before = self.stage.digest().await;
        self.stage.trap(Some(after)).await;
        let done = self.stage.act(op, &self.names).await;
        self.stage.trap(None).await;
        if done.0 != Outcome::Refused(ProblemType::Internal) {
            return Ok(Some(done));
        }
        self.tally.borrow_mut().crashes += 1;
        // Of one that fails again and again the last time.
        let failed = format!("{op:?}, which failed");
        self.log.pop_if(|line| line.starts_with(&failed));
        self.log.push(format!("{failed} after {after} writes"));
        let after = self.stage.digest().await;
        if after != before {
            let world = self.stage.read(&mut self.names, self.model.now).await;
            let lines = before
                .lines()
                .zip(after.lines())
                .filter(|(before, after)| before != after);
            let tables: String = lines.map(|(before, after)| format!("{before}\n{after}\n")).collect();
            return Err(format!(
                "7: it failed and changed something\n{}{tables}",
                difference(&self.world, &world)
            ));
        }
        Ok(None)
    }

    fn learn(&mut self, learned: Learned) {
        match learned {
            Learned::Nothing | Learned::Recipients(_) => {}
            Learned::Link(claim, token) => self.names.link(claim, token),
            Learned::Proof(proof, secret) => self.names.proof(proof, secret),
            Learned::Session(session, bearer) => self.names.session(session, bearer),
            Learned::Activation(activation, token, id) => self.names.activation(activation, token, id),
        }
    }

    /// Compares what came of an operation with what the model makes of it.
    async fn settle(&mut self, op: &Op, outcome: Outcome, mut learned: Learned) -> Result<(), String> {
        self.tally.borrow_mut().add(op, &outcome);
        self.log.push(format!("{op:?} → {outcome:?}"));
        let recipients = match &mut learned {
            Learned::Recipients(recipients) => std::mem::take(recipients),
            _ => Vec::new(),
        };
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
        for recipient in recipients {
            self.see_recipient(&recipient)?;
        }
        self.see_after(op).await
    }

    /// Does two at once. One of the orders must explain what came of it.
    async fn both(&mut self, one: Op, other: Op, head_start: u8) -> Result<(), String> {
        self.lay_out(&one).await;
        self.lay_out(&other).await;
        let (first, second) = {
            let (one, other) = (self.stage.act(&one, &self.names), self.stage.act(&other, &self.names));
            with_head_start(one, other, head_start).await
        };
        {
            let mut tally = self.tally.borrow_mut();
            tally.add(&one, &first.0);
            tally.add(&other, &second.0);
            tally.pairs += 1;
        }
        self.log.push(format!(
            "{one:?} → {:?}\n     at once {other:?} → {:?}",
            first.0, second.0
        ));
        self.learn(first.1);
        self.learn(second.1);
        let world = self.stage.read(&mut self.names, self.model.now).await;
        let outcomes = [first.0, second.0];
        let mut differences = String::new();
        for explanation in explanations(&self.model, &one, &other) {
            if explanation.outcomes == outcomes && explanation.model.world == world {
                let ([earlier, later], between) = (explanation.order, &explanation.between);
                let ops = [&one, &other];
                invariants::hold_across(&self.world, ops[earlier], &outcomes[earlier], between)?;
                invariants::hold_across(between, ops[later], &outcomes[later], &world)?;
                invariants::hold(&world)?;
                self.model = explanation.model;
                self.world = world;
                return Ok(());
            }
            let difference = difference(&explanation.model.world, &world);
            differences += &format!("not {:?} with\n{difference}", explanation.outcomes);
        }
        Err(format!("no order explains it:\n{differences}"))
    }
}

/// One way to understand what two came to that were done at once.
struct Explanation {
    /// Which of the two was first, and which second.
    order: [usize; 2],
    outcomes: [Outcome; 2],
    /// What was after the first.
    between: World,
    model: Model,
}

/// One after the other, in either order. The session of the later one may have been looked at before the earlier one did
/// anything; and it may say that an address has changed under its eyes, where one has.
fn explanations(model: &Model, one: &Op, other: &Op) -> Vec<Explanation> {
    let mut all = Vec::new();
    let ops = [one, other];
    for order in [[0, 1], [1, 0]] {
        let [first, second] = order.map(|n| ops[n]);
        let mut between = model.clone();
        let earlier = between.apply(first);
        let mut add = |later, model| {
            let outcomes = match order {
                [0, _] => [earlier.clone(), later],
                _ => [later, earlier.clone()],
            };
            let between = between.world.clone();
            all.push(Explanation {
                order,
                outcomes,
                between,
                model,
            });
        };
        for entry in [model.enter(second), between.enter(second)] {
            let mut after = between.clone();
            let later = after.act(second, &entry);
            add(later, after);
        }
        if let Op::Confirm { link: (claim, _), .. } = second
            && model.standing(claim.on) != between.standing(claim.on)
        {
            add(ProblemType::ClaimChanged.into(), between.clone());
        }
        // Both links were there when the first was followed, which spends every one of its address.
        if let (
            Op::Alarm { who, at, .. },
            Op::Alarm {
                who: other, at: there, ..
            },
        ) = (first, second)
            && at == there
            && model.holder(*who) == model.holder(*other)
        {
            add(Outcome::Done, between.clone());
        }
        if let Op::Send { to, .. } = second
            && to
                .iter()
                .any(|address| model.standing(*address) != between.standing(*address))
        {
            add(ProblemType::RecipientsChanged.into(), between.clone());
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

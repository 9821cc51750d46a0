//! `kill -9` at random moments under load: nothing that was acknowledged is lost, nothing is delivered twice, and no
//! more mails go out twice than the portal was killed times. Meanwhile people [move](migrations) to new addresses, and
//! accounts join others: each time it happened or it did not.
//!
//! `RESTANTE_TORTURE_ROUNDS` says how often, `RESTANTE_TORTURE_SEED` repeats a run's choices; `tools/torture` sets both.

mod hostile;
mod migrations;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use client::{NewFile, Outgoing, Session};
use futures_util::{StreamExt as _, stream};
use rand::{Rng as _, RngCore as _, SeedableRng as _, rngs::OsRng};
use rand_chacha::ChaCha20Rng;
use sqlx::{AnyConnection, Connection as _, Row as _};
use tokio::time::{Instant, sleep, timeout};
use wire::{
    ids::{DeliveryId, MessageId},
    mailbox::Folder,
    sessions::AccountKind,
};

use self::migrations::{Move, Moved, World};
use crate::{
    sink::{Mail, Sink, by_message_id},
    site::Site,
};

/// A few rounds with every run of the tests; `make test` and `make torture` ask for more.
const ROUNDS: usize = 5;

/// How many write at once.
const WRITERS: usize = 6;

/// How many moves are made at once, each by one of the writers, and no two by the same.
const MOVERS: usize = 3;

/// The outbox sends one mail after the other. Writers wait where it is so many behind, or draining it would be the test.
const BACKLOG: usize = 100;

/// How long everything may take that must happen in the end.
const DEADLINE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_on_sqlite() {
    let site = Site::found(None).await;
    torture(&site).await;
    let mut db = database(&site).await;
    let rows = sqlx::query("PRAGMA integrity_check").fetch_all(&mut db).await.unwrap();
    let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(found, ["ok"]);
    assert!(
        sqlx::query("PRAGMA foreign_key_check")
            .fetch_all(&mut db)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_on_postgres() {
    let (site, database) = Site::found_on_postgres().await;
    torture(&site).await;
    database.remove().await;
}

/// What a writer knows of a message that it wrote.
struct Written {
    id: MessageId,
    writer: usize,
    /// Those whom it was written to, as the accounts were at first.
    to: Vec<usize>,
    text: String,
    file: Option<Vec<u8>>,
    /// Whether the portal said that it has it. Where the writer went away before, it may have it or not.
    acknowledged: bool,
}

type Log = Arc<Mutex<Vec<Written>>>;

/// What writers know of the mails that follow from what they write.
#[derive(Clone)]
struct Load {
    sink: Sink,
    /// How many mails there were before.
    before: usize,
    /// How many notifications were asked for.
    notifications: Arc<AtomicUsize>,
    /// How many mails there were of other kinds, at last count.
    others: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
}

async fn torture(site: &Site) {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect("a number"))
    };
    let seed = number("RESTANTE_TORTURE_SEED").unwrap_or_else(|| OsRng.next_u64());
    let rounds = number("RESTANTE_TORTURE_ROUNDS").map_or(ROUNDS, |rounds| rounds as usize);
    println!("torture: {rounds} rounds, RESTANTE_TORTURE_SEED={seed}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let begun = Instant::now();

    let mut running = site.serve().await;
    let world = world(site, (rounds / 8).clamp(MOVERS, 4 * MOVERS)).await;
    let before = site.sink.mails().len();
    let log = Log::default();
    let load = Load {
        sink: site.sink.clone(),
        before,
        notifications: Arc::default(),
        others: Arc::default(),
        over: Arc::default(),
    };
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let rng = ChaCha20Rng::seed_from_u64(rng.next_u64());
            tokio::spawn(write(world.clone(), writer, rng, log.clone(), load.clone()))
        })
        .collect();
    let movers: Vec<_> = (0..MOVERS)
        .map(|number| {
            let moving = Move {
                number,
                world: world.clone(),
                sink: site.sink.clone(),
                url: site.url.clone(),
                database: site.database(),
                load: load.clone(),
            };
            tokio::spawn(moving.go_on(ChaCha20Rng::seed_from_u64(rng.next_u64())))
        })
        .collect();
    let mut kills = 0;
    for round in 0..rounds {
        sleep(Duration::from_millis(rng.gen_range(5..250))).await;
        running.kill().await;
        kills += 1;
        // Now and then in the middle of starting, too.
        if rng.gen_bool(0.2) {
            let starting = site.start();
            sleep(Duration::from_millis(rng.gen_range(0..100))).await;
            starting.kill().await;
            kills += 1;
        }
        // A mail that was under way is tried again after a minute. Half the time that minute passes here; otherwise the
        // portal finds the database just as the kill left it.
        if rng.gen_bool(0.5) {
            let_a_minute_pass(site).await;
        }
        running = site.serve().await;
        if (round + 1) % 100 == 0 {
            println!("torture: {} rounds, {} messages", round + 1, log.lock().unwrap().len());
        }
    }
    load.over.store(true, Ordering::SeqCst);
    // The last move may wait for a mail.
    let_a_minute_pass(site).await;
    let mut moved = Moved::default();
    for mover in movers {
        moved += timeout(DEADLINE, mover).await.expect("moves end").unwrap();
    }
    for writer in writers {
        timeout(DEADLINE, writer).await.expect("writers end").unwrap();
    }
    running.kill().await;
    kills += 1;
    let_a_minute_pass(site).await;
    let _running = site.serve().await;
    drained(site).await;
    let written = std::mem::take(&mut *log.lock().unwrap());
    let people = world.sign_in_anew(site, &mut rng).await;
    // An absorbed account's password goes with its vault once its holder has taken the keys in: at a sign-in at the latest.
    migrations::check_accounts(&mut database(site).await).await;
    let deliveries = check_mailboxes(&world, &people, &written).await;
    let mails = site.sink.mails().split_off(before);
    let doubled = check_mails(site, &world, &mails, &deliveries, kills);
    println!(
        "torture: {} messages acknowledged, {} given up, {} notifications, {doubled} mails again, {moved}, {kills} \
         kills, {:.1} s",
        written.iter().filter(|one| one.acknowledged).count(),
        written.iter().filter(|one| !one.acknowledged).count(),
        deliveries.len(),
        begun.elapsed().as_secs_f32(),
    );
}

/// Those who write, and those who are only written to, until their accounts join others.
async fn world(site: &Site, joiners: usize) -> Arc<World> {
    let administrator = site.administrator().await;
    let mut people = Vec::new();
    for number in 0..WRITERS + joiners {
        let (name, address) = match number {
            0..WRITERS => (format!("Writer {number}"), format!("writer{number}@clinic.test")),
            _ => (format!("Joiner {number}"), format!("joiner{number}@clinic.test")),
        };
        people.push(
            site.register(&administrator, &name, &address, AccountKind::Professional)
                .await,
        );
    }
    // They hold sessions of patient clients from here on: the portal is away a good part of the time.
    let patient = site.client().patience(DEADLINE).longest_wait(Duration::from_millis(50));
    let resumed = people.iter().map(|person| {
        let (patient, kept) = (patient.clone(), person.keep().unwrap());
        async move { patient.resume(&kept).await.unwrap() }
    });
    Arc::new(World::new(
        patient.clone(),
        futures_util::future::join_all(resumed).await,
    ))
}

/// Writes to the others, one message after the other, until it is over.
async fn write(world: Arc<World>, writer: usize, mut rng: ChaCha20Rng, log: Log, load: Load) {
    let session = &world.sessions[writer];
    while !load.over.load(Ordering::SeqCst) {
        let mut to: Vec<usize> = (0..world.sessions.len())
            .filter(|&other| other != writer && rng.gen_bool(if other < WRITERS { 0.4 } else { 0.1 }))
            .collect();
        if to.is_empty() {
            to.push((writer + 1) % WRITERS);
        }
        let text: String = (0..2_000).map(|_| rng.gen_range('a'..='z')).collect();
        let file = rng.gen_bool(0.1).then(|| {
            let mut bytes = vec![0; rng.gen_range(1..200_000)];
            rng.fill_bytes(&mut bytes);
            bytes
        });
        let mut outgoing = Outgoing::new(&text[..20]).text(&text);
        outgoing.to = to
            .iter()
            .map(|&other| world.address_of(other, &mut rng).into())
            .collect();
        outgoing
            .files
            .extend(file.clone().map(|bytes| NewFile::bytes("file.bin", bytes)));
        let prepared = session.prepare(outgoing).await.expect("recipients are known");
        let mut sealed = session.seal(prepared).await.expect("a message is sealed");
        let submitting = session.submit(&mut sealed);
        // Some writers close the lid in the middle of it.
        let sent = match rng.gen_bool(0.05) {
            true => timeout(Duration::from_millis(rng.gen_range(0..15)), submitting)
                .await
                .ok(),
            false => Some(submitting.await),
        };
        let acknowledged = sent.map(|sent| sent.expect("a message is taken")).is_some();
        let notifications = to.len();
        log.lock().unwrap().push(Written {
            id: sealed.id(),
            writer,
            to,
            text,
            file,
            acknowledged,
        });
        if acknowledged {
            let all = load.notifications.fetch_add(notifications, Ordering::SeqCst) + notifications;
            let mails = load.before + all + load.others.load(Ordering::SeqCst);
            load.sink.at_least(mails.saturating_sub(BACKLOG)).await;
        }
    }
}

async fn database(site: &Site) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&site.database()).await.unwrap()
}

/// Makes every mail due that waits for its time.
async fn let_a_minute_pass(site: &Site) {
    let mut db = database(site).await;
    sqlx::query("UPDATE outbox SET next_at = 1 WHERE next_at IS NOT NULL")
        .execute(&mut db)
        .await
        .unwrap();
    db.close().await.unwrap();
}

/// Waits until no mail waits any more.
async fn drained(site: &Site) {
    let mut db = database(site).await;
    let waiting = async {
        loop {
            let row = sqlx::query("SELECT COUNT(*) FROM outbox WHERE next_at IS NOT NULL");
            if row.fetch_one(&mut db).await.unwrap().get::<i64, _>(0) == 0 {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DEADLINE, waiting).await.expect("the outbox is drained");
    // A confirmation message that a newer one replaced, or whose claim was confirmed before, needs not go out.
    let row =
        sqlx::query("SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND (kind <> 'claim' OR failed_at IS NOT NULL)")
            .fetch_one(&mut db)
            .await
            .unwrap();
    assert_eq!(row.get::<i64, _>(0), 0, "mails were given up");
}

/// Each message in a folder, with its deliveries.
async fn folder(person: &Session, folder: Folder) -> BTreeMap<MessageId, Vec<DeliveryId>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut before = None;
    loop {
        let page = person.list(folder, before, 100).await.unwrap();
        for entry in page.entries {
            entry.cover.expect("a cover that opens");
            found.entry(entry.delivery.message).or_default().push(entry.delivery.id);
        }
        match page.next {
            Some(next) => before = Some(next),
            None => return found,
        }
    }
}

/// A delivery as it is found in the end.
struct Found {
    /// Whose it is.
    holder: usize,
    /// Whether it came to who sent it, whom no mail tells.
    own: bool,
}

/// Sees that everybody has what was sent to them and to those whose accounts joined theirs, once, and can open it.
/// Answers all deliveries.
async fn check_mailboxes(
    world: &World,
    people: &BTreeMap<usize, Session>,
    written: &[Written],
) -> HashMap<DeliveryId, Found> {
    let (mut inboxes, mut sent) = (BTreeMap::new(), BTreeMap::new());
    for (&holder, person) in people {
        inboxes.insert(holder, folder(person, Folder::Inbox).await);
        sent.insert(holder, folder(person, Folder::Sent).await);
    }
    for one in written {
        let has: BTreeMap<usize, usize> = counts(&inboxes, one.id);
        let kept = counts(&sent, one.id);
        let mut due: BTreeMap<usize, usize> = BTreeMap::new();
        for &to in &one.to {
            *due.entry(world.holder_of(to)).or_default() += 1;
        }
        // Two who were addressed may have been one already when the message was sent, and may have become one after.
        let everybody = has.keys().eq(due.keys()) && has.iter().all(|(holder, count)| *count <= due[holder]);
        let whole = everybody && kept == BTreeMap::from([(one.writer, 1)]);
        // What its writer gave up on is there for everybody or for nobody.
        let absent = !one.acknowledged && has.is_empty() && kept.is_empty();
        assert!(
            whole || absent,
            "message {} of {} to {:?}: {has:?}, {kept:?}",
            one.id,
            one.writer,
            one.to
        );
    }
    let known: BTreeMap<MessageId, &Written> = written.iter().map(|one| (one.id, one)).collect();
    let mut deliveries = HashMap::new();
    for (holder, inbox) in inboxes {
        let mut opening = Vec::new();
        for (message, found) in inbox {
            let one = known.get(&message).expect("a message that somebody wrote");
            for delivery in found {
                opening.push(open(&people[&holder], delivery, one));
                let own = one.writer == holder;
                deliveries.insert(delivery, Found { holder, own });
            }
        }
        stream::iter(opening).buffer_unordered(8).collect::<Vec<()>>().await;
    }
    deliveries
}

/// Who has a message, and how often.
fn counts(boxes: &BTreeMap<usize, BTreeMap<MessageId, Vec<DeliveryId>>>, id: MessageId) -> BTreeMap<usize, usize> {
    let found = boxes
        .iter()
        .filter_map(|(&owner, found)| Some((owner, found.get(&id)?.len())));
    found.collect()
}

async fn open(person: &Session, delivery: DeliveryId, one: &Written) {
    let received = person.open(delivery).await.expect("a message that opens");
    assert_eq!(received.letter.text, one.text);
    assert_eq!(received.letter.files.len(), usize::from(one.file.is_some()));
    if let (Some(file), Some(bytes)) = (received.letter.files.first(), &one.file) {
        let opened = person
            .download(delivery, file, Vec::new())
            .await
            .expect("a file that opens");
        assert!(opened == *bytes, "the file of message {}", one.id);
    }
}

/// Sees that of each delivery its recipient was told, under an address of theirs, and counts the mails that came more
/// than once.
fn check_mails(
    site: &Site,
    world: &World,
    mails: &[Mail],
    deliveries: &HashMap<DeliveryId, Found>,
    kills: usize,
) -> usize {
    let beginning = format!("{}/inbox/", site.url);
    let mut told: HashMap<DeliveryId, (&str, &str)> = HashMap::new();
    for mail in mails.iter().filter(|mail| is_notification(mail)) {
        let delivery = mail.link(&beginning)[beginning.len()..]
            .parse()
            .expect("a delivery's id");
        let found = deliveries
            .get(&delivery)
            .expect("a mail about a delivery that there is");
        assert!(
            world.has_address(found.holder, &mail.to),
            "delivery {delivery} was told of at a strange address"
        );
        let same = told.entry(delivery).or_insert((mail.message_id(), &mail.to));
        assert_eq!(
            *same,
            (mail.message_id(), &mail.to as &str),
            "delivery {delivery} was told of by two mails"
        );
    }
    for (delivery, found) in deliveries {
        assert!(
            found.own || told.contains_key(delivery),
            "nobody was told of delivery {delivery}"
        );
    }
    let counts = by_message_id(mails);
    let doubled = mails.len() - counts.len();
    assert!(doubled <= kills, "{doubled} mails came again after {kills} kills");
    doubled
}

fn is_notification(mail: &Mail) -> bool {
    mail.text.contains("/inbox/")
}

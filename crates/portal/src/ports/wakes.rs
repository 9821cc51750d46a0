//! Who waits for what in this process, and is woken.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;
use wire::{Sha256, ids::AccountId};

/// The most that listen for one account at once, in each process: tabs, Outlook, a phone. Each holds a connection.
const MAX_LISTENERS_PER_ACCOUNT: usize = 20;

/// Who is to be woken for which account, in this process.
#[derive(Clone, Debug, Default)]
pub struct Wakes {
    listeners: Arc<Mutex<HashMap<AccountId, Waiting>>>,
    outbox: Arc<Notify>,
    closing: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Waiting {
    word: Arc<Word>,
    listeners: usize,
}

/// What the listeners of one account share.
#[derive(Debug, Default)]
struct Word {
    notify: Notify,
    /// How often they were woken.
    times: AtomicU64,
    /// What was seen last, and after how many times.
    seen: tokio::sync::Mutex<Option<(u64, Arc<Seen>)>>,
}

/// What all listeners of an account need to know once one of them has looked.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The number of the account's last change.
    pub(crate) latest: i64,
    /// The hashes of the sessions that stand, none where the account does not.
    pub(crate) sessions: Vec<Sha256>,
}

/// Somebody who listens for one account, until dropped.
#[derive(Debug)]
pub struct Listener {
    wakes: Wakes,
    account: AccountId,
    word: Arc<Word>,
}

impl Wakes {
    /// Wakes the account's listeners, and the outbox worker.
    pub fn wake(&self, account: AccountId) {
        if let Some(waiting) = self.lock().get(&account) {
            waiting.word.times.fetch_add(1, Ordering::Release);
            waiting.word.notify.notify_waiters();
        }
        self.wake_outbox();
    }

    /// Wakes the outbox worker alone.
    pub(crate) fn wake_outbox(&self) {
        self.outbox.notify_one();
    }

    /// Listens for an account, for which not too many listen already.
    pub(crate) fn listen(&self, account: AccountId) -> Option<Listener> {
        let mut listeners = self.lock();
        let waiting = listeners.entry(account).or_default();
        if waiting.listeners >= MAX_LISTENERS_PER_ACCOUNT {
            return None;
        }
        waiting.listeners += 1;
        Some(Listener {
            wakes: self.clone(),
            account,
            word: waiting.word.clone(),
        })
    }

    /// Ends every stream: the portal shuts down.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.lock()
            .values()
            .for_each(|waiting| waiting.word.notify.notify_waiters());
    }

    /// Whether the portal shuts down.
    pub(crate) fn are_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Waits until there may be something in the outbox.
    pub async fn outbox(&self) {
        self.outbox.notified().await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, Waiting>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Waits for the next word. Begin to wait before looking: a word between is then not missed.
    pub(crate) fn next(&self) -> impl Future<Output = ()> + Send + use<> {
        let word = self.word.clone();
        // Counted before it is waited: what wakes in between is found to be newer.
        let heard = word.times.load(Ordering::Acquire);
        async move {
            let notified = word.notify.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if word.times.load(Ordering::Acquire) == heard {
                notified.await;
            }
        }
    }

    /// Looks, unless another listener of the account has looked since it was woken last.
    pub(crate) async fn look<E>(&self, look: impl AsyncFnOnce() -> Result<Seen, E>) -> Result<Arc<Seen>, E> {
        let mut seen = self.word.seen.lock().await;
        let times = self.word.times.load(Ordering::Acquire);
        if let Some((at, seen)) = &*seen
            && *at == times
        {
            return Ok(seen.clone());
        }
        let new = Arc::new(look().await?);
        *seen = Some((times, new.clone()));
        Ok(new)
    }

    /// Says that the next look is a new one: another process wakes nobody here.
    pub(crate) async fn forget(&self) {
        *self.word.seen.lock().await = None;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut listeners = self.wakes.lock();
        if let Some(waiting) = listeners.get_mut(&self.account) {
            waiting.listeners -= 1;
            if waiting.listeners == 0 {
                listeners.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::atomic::AtomicUsize};

    use super::*;

    const ANNA: AccountId = AccountId(uuid::Uuid::nil());

    async fn look(listener: &Listener, looks: &AtomicUsize) -> i64 {
        let counted = async || {
            let latest = looks.fetch_add(1, Ordering::Relaxed) as i64;
            Ok::<_, Infallible>(Seen {
                latest,
                sessions: Vec::new(),
            })
        };
        listener.look(counted).await.unwrap().latest
    }

    #[tokio::test]
    async fn so_many_listen_for_an_account_and_one_looks_for_all() {
        let (wakes, looks) = (Wakes::default(), AtomicUsize::new(0));
        let listeners: Vec<_> = std::iter::from_fn(|| wakes.listen(ANNA)).collect();
        assert_eq!(listeners.len(), MAX_LISTENERS_PER_ACCOUNT);
        let ben = AccountId(uuid::Uuid::max());
        assert!(wakes.listen(ben).is_some(), "each account has its own");
        for (change, listener) in (0..3).flat_map(|change| listeners.iter().map(move |one| (change, one))) {
            if std::ptr::eq(listener, &listeners[0]) && change > 0 {
                wakes.wake(ANNA);
            }
            assert_eq!(look(listener, &looks).await, change);
        }
        listeners[7].forget().await;
        assert_eq!(look(&listeners[3], &looks).await, 3);
        drop(listeners);
        assert!(wakes.listen(ANNA).is_some());
    }

    #[tokio::test]
    async fn a_word_between_is_not_missed() {
        let wakes = Wakes::default();
        let listener = wakes.listen(ANNA).unwrap();
        let word = listener.next();
        wakes.wake(ANNA);
        word.await;
    }
}

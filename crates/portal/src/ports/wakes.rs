//! Who waits for what in this process, and is woken.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;
use wire::ids::AccountId;

/// Who is to be woken for which account, in this process.
#[derive(Clone, Debug, Default)]
pub struct Wakes {
    listeners: Arc<Mutex<HashMap<AccountId, Waiting>>>,
    outbox: Arc<Notify>,
    closing: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Waiting {
    notify: Arc<Notify>,
    listeners: usize,
}

/// Somebody who listens for one account, until dropped.
#[derive(Debug)]
pub struct Listener {
    wakes: Wakes,
    account: AccountId,
    notify: Arc<Notify>,
}

impl Wakes {
    /// Wakes the account's listeners, and the outbox worker.
    pub fn wake(&self, account: AccountId) {
        if let Some(waiting) = self.lock().get(&account) {
            waiting.notify.notify_waiters();
        }
        self.wake_outbox();
    }

    /// Wakes the outbox worker alone.
    pub(crate) fn wake_outbox(&self) {
        self.outbox.notify_one();
    }

    /// Listens for an account.
    pub fn listen(&self, account: AccountId) -> Listener {
        let mut listeners = self.lock();
        let waiting = listeners.entry(account).or_default();
        waiting.listeners += 1;
        Listener {
            wakes: self.clone(),
            account,
            notify: waiting.notify.clone(),
        }
    }

    /// Ends every stream: the portal shuts down.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.lock().values().for_each(|waiting| waiting.notify.notify_waiters());
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
    pub fn next(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut notified = Box::pin(self.notify.clone().notified_owned());
        notified.as_mut().enable();
        notified
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

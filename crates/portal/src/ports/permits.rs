//! How much is under way at once: for each key so much, for all together so much.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Permits to be taken, of which each key has some. Counted in this process.
#[derive(Clone, Debug)]
pub(crate) struct Permits<K> {
    counts: Arc<Mutex<Counts<K>>>,
    each: usize,
    all: usize,
}

#[derive(Debug)]
struct Counts<K> {
    by: HashMap<K, usize>,
    all: usize,
}

/// A permit, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit<K: Eq + Hash> {
    counts: Arc<Mutex<Counts<K>>>,
    key: K,
}

impl<K: Clone + Eq + Hash> Permits<K> {
    /// `all` permits, of which one key takes `each` at most.
    pub(crate) fn new(each: usize, all: usize) -> Self {
        let by = HashMap::new();
        Self {
            counts: Arc::new(Mutex::new(Counts { by, all: 0 })),
            each,
            all,
        }
    }

    /// A permit, where there is one left.
    pub(crate) fn take(&self, key: K) -> Option<Permit<K>> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = counts.by.get(&key).copied().unwrap_or_default();
        if of_key >= self.each || counts.all >= self.all {
            return None;
        }
        counts.by.insert(key.clone(), of_key + 1);
        counts.all += 1;
        drop(counts);
        Some(Permit {
            counts: self.counts.clone(),
            key,
        })
    }
}

impl<K: Eq + Hash> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(of_key) = counts.by.get_mut(&self.key) {
            *of_key -= 1;
            // Whoever has none is forgotten.
            if *of_key == 0 {
                counts.by.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_and_all_together_so_many() {
        let permits = Permits::new(2, 3);
        let anna = [permits.take("anna"), permits.take("anna")];
        assert!(anna.iter().all(Option::is_some));
        assert!(permits.take("anna").is_none());
        let ben = permits.take("ben");
        assert!(ben.is_some());
        assert!(permits.take("carl").is_none(), "there are three");
        drop(ben);
        assert!(permits.take("carl").is_some());
        drop(anna);
        assert!(permits.take("anna").is_some());
        assert!(permits.counts.lock().unwrap().by.is_empty());
    }
}

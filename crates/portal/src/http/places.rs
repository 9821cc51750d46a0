//! How much is under way at once: for each key so much, for all together so much.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Places to be taken, of which each key has some. Counted in this process.
#[derive(Clone, Debug)]
pub(crate) struct Places<K> {
    taken: Arc<Mutex<Taken<K>>>,
    each: usize,
    all: usize,
}

#[derive(Debug)]
struct Taken<K> {
    by: HashMap<K, usize>,
    all: usize,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place<K: Eq + Hash> {
    taken: Arc<Mutex<Taken<K>>>,
    key: K,
}

impl<K: Clone + Eq + Hash> Places<K> {
    /// `all` places, of which one key takes `each` at most.
    pub(crate) fn new(each: usize, all: usize) -> Self {
        let by = HashMap::new();
        Self {
            taken: Arc::new(Mutex::new(Taken { by, all: 0 })),
            each,
            all,
        }
    }

    /// A place, where there is one.
    pub(crate) fn take(&self, key: K) -> Option<Place<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = taken.by.get(&key).copied().unwrap_or_default();
        if of_key >= self.each || taken.all >= self.all {
            return None;
        }
        taken.by.insert(key.clone(), of_key + 1);
        taken.all += 1;
        drop(taken);
        Some(Place {
            taken: self.taken.clone(),
            key,
        })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(of_key) = taken.by.get_mut(&self.key) {
            *of_key -= 1;
            // Whoever has none is forgotten.
            if *of_key == 0 {
                taken.by.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_and_all_together_so_many() {
        let places = Places::new(2, 3);
        let anna = [places.take("anna"), places.take("anna")];
        assert!(anna.iter().all(Option::is_some));
        assert!(places.take("anna").is_none());
        let ben = places.take("ben");
        assert!(ben.is_some());
        assert!(places.take("carl").is_none(), "there are three");
        drop(ben);
        assert!(places.take("carl").is_some());
        drop(anna);
        assert!(places.take("anna").is_some());
        assert!(places.taken.lock().unwrap().by.is_empty());
    }
}

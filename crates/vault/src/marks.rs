//! Marks of the revisions that a vault came of, by which two that came of different ones are told apart.

use sha2::{Digest as _, Sha256};
use wire::vaults::VaultHead;

use crate::Error;

/// For how many revisions back a mark is kept.
const MARKED_REVISIONS: i64 = 128;

/// How many marks are kept at most: where two vaults were joined, a revision has two.
const MAX_MARKS: usize = 256;

/// A sealed vault's revision, and the first half of the SHA-256 of its bytes. Ordered by revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) revision: i64,
    pub(crate) hash: [u8; 16],
}

impl Mark {
    /// The mark of a sealed vault.
    pub(crate) fn of(sealed: &[u8]) -> Result<Self, Error> {
        let (VaultHead { revision, .. }, _) = VaultHead::split(sealed)?;
        let mut hash = [0; 16];
        hash.copy_from_slice(&Sha256::digest(sealed)[..16]);
        Ok(Self { revision, hash })
    }
}

/// Marks of the last revisions, lowest first, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(Vec<Mark>);

impl Marks {
    /// The highest revision that is marked; 0 where none is.
    pub(crate) fn revision(&self) -> i64 {
        self.0.last().map_or(0, |mark| mark.revision)
    }

    pub(crate) fn add(&mut self, mark: Mark) {
        if let Err(at) = self.0.binary_search(&mark) {
            self.0.insert(at, mark);
        }
        let kept_from = self.revision() - MARKED_REVISIONS;
        let too_many = self.0.len().saturating_sub(MAX_MARKS);
        let too_old = self.0.partition_point(|mark| mark.revision <= kept_from);
        self.0.drain(..too_old.max(too_many));
    }

    pub(crate) fn join(&mut self, other: &Self) {
        for &mark in &other.0 {
            self.add(mark);
        }
    }

    /// Whether a vault with these marks may have come of that one: its mark is there, or was dropped for its age.
    pub(crate) fn may_come_of(&self, mark: Mark) -> bool {
        let is_dropped = |lowest: &Mark| mark.revision < lowest.revision && self.0.len() as i64 >= MARKED_REVISIONS;
        self.0.binary_search(&mark).is_ok() || self.0.first().is_some_and(is_dropped)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Mark> {
        self.0.iter().copied()
    }

    /// Takes a stored list; none where it is in no order, or longer than any that is kept.
    pub(crate) fn restore(marks: Vec<Mark>) -> Option<Self> {
        let in_order = marks.is_sorted_by(|one, next| one < next);
        let positive = marks.iter().all(|mark| mark.revision > 0);
        (in_order && positive && marks.len() <= MAX_MARKS).then_some(Self(marks))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(revision: i64) -> Mark {
        Mark {
            revision,
            hash: [7; 16],
        }
    }

    #[test]
    fn the_last_128_revisions_are_marked() {
        let mut marks = Marks::default();
        for revision in 1..=300 {
            marks.add(mark(revision));
        }
        let kept: Vec<_> = marks.iter().map(|mark| mark.revision).collect();
        assert_eq!(kept, (173..=300).collect::<Vec<_>>());
        assert!(marks.may_come_of(mark(172)) && marks.may_come_of(mark(173)));
        assert!(!marks.may_come_of(Mark {
            revision: 173,
            hash: [8; 16]
        }));
        assert!(!marks.may_come_of(mark(301)));
    }

    #[test]
    fn a_short_list_forgets_nothing() {
        let mut marks = Marks::default();
        // A vault that was taken up again after a restore has a gap.
        for revision in [3, 4, 90] {
            marks.add(mark(revision));
        }
        assert!(!marks.may_come_of(mark(2)) && !marks.may_come_of(mark(50)) && marks.may_come_of(mark(4)));
    }

    proptest! {
        #[test]
        fn lists_stay_in_order_and_bounded(revisions in prop::collection::vec((1..400_i64, any::<u8>()), 0..600)) {
            let mut marks = Marks::default();
            for (revision, hash) in revisions {
                marks.add(Mark { revision, hash: [hash; 16] });
                prop_assert_eq!(Marks::restore(marks.0.clone()), Some(marks.clone()));
            }
        }
    }
}

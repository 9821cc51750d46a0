//! A sealed vault's clear head, which says whose it is and which revision, and the vaults that were replaced.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Bytes, Millis, activations::Program, ids::AccountId};

/// The first byte of every sealed vault: its form.
const VAULT_FORM: u8 = 3;

/// How far the revision of a vault may lie above the one known before. More is a vault that nobody could have written so
/// often: neither a portal nor a client takes it.
pub const MAX_REVISION_LEAP: i64 = 10_000;

/// The clear head of a sealed vault. Whoever has the vault key has it bound to what is sealed; to the portal it says where
/// the vault belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultHead {
    /// Whose vault it is.
    pub account: AccountId,
    /// Counts up with each write, from 1.
    pub revision: i64,
}

/// Bytes that do not begin as a sealed vault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultHeadError {
    /// They end before the head does.
    #[error("this is cut short")]
    Truncated,
    /// Another form than the one that is read.
    #[error("this is not a vault of the form that is read")]
    Form,
    /// A revision that no vault has.
    #[error("this is not a vault's revision")]
    Revision,
}

impl VaultHead {
    /// How many bytes a head has.
    pub const BYTES: usize = 25;

    /// As it stands before what is sealed: the form, the account's 16 bytes, the revision in 8 bytes, big-endian.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [VAULT_FORM; Self::BYTES];
        bytes[1..17].copy_from_slice(self.account.0.as_bytes());
        bytes[17..].copy_from_slice(&self.revision.to_be_bytes());
        bytes
    }

    /// The head of a sealed vault, and what is sealed.
    ///
    /// # Errors
    /// Where the bytes begin as no vault does.
    pub fn split(sealed: &[u8]) -> Result<(Self, &[u8]), VaultHeadError> {
        match sealed.first() {
            None => return Err(VaultHeadError::Truncated),
            Some(&VAULT_FORM) => {}
            Some(_) => return Err(VaultHeadError::Form),
        }
        let (head, content) = sealed
            .split_first_chunk::<{ Self::BYTES }>()
            .ok_or(VaultHeadError::Truncated)?;
        let (mut account, mut revision) = ([0; 16], [0; 8]);
        account.copy_from_slice(&head[1..17]);
        revision.copy_from_slice(&head[17..]);
        let revision = i64::from_be_bytes(revision);
        if revision < 1 {
            return Err(VaultHeadError::Revision);
        }
        Ok((
            Self {
                account: AccountId(Uuid::from_bytes(account)),
                revision,
            },
            content,
        ))
    }
}

/// A vault that was replaced, and is kept for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastVault {
    /// Which revision it was.
    pub version: i64,
    /// When it was written, and by what.
    pub written: VaultWritten,
}

/// When a vault was written, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VaultWritten {
    /// When.
    pub at: Millis,
    /// By which activated program; none where no activation began the session that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// Whether in a session that a person began.
    pub in_person: bool,
}

/// A vault that was replaced, as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SealedPastVault {
    /// Which revision it was.
    pub version: i64,
    /// Keyring and settings, encrypted.
    pub sealed: Bytes,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_head_comes_back_with_what_stands_behind_it(
            account in any::<[u8; 16]>(), revision in 1..i64::MAX, content in prop::collection::vec(any::<u8>(), 0..9)
        ) {
            let head = VaultHead { account: AccountId(Uuid::from_bytes(account)), revision };
            let sealed = [&head.to_bytes()[..], &content].concat();
            prop_assert_eq!(VaultHead::split(&sealed), Ok((head, &content[..])));
            for length in 0..VaultHead::BYTES {
                prop_assert_eq!(VaultHead::split(&sealed[..length]), Err(VaultHeadError::Truncated));
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok((head, content)) = VaultHead::split(&bytes) {
                prop_assert_eq!([&head.to_bytes()[..], content].concat(), bytes);
            }
        }
    }

    #[test]
    fn other_forms_and_revisions_are_none() {
        let head = VaultHead {
            account: AccountId(Uuid::from_u128(7)),
            revision: 1,
        };
        for form in [0, 1, 2, 4, 255] {
            let mut other = head.to_bytes();
            other[0] = form;
            assert_eq!(VaultHead::split(&other), Err(VaultHeadError::Form));
        }
        for revision in [0, -1, i64::MIN] {
            let other = VaultHead { revision, ..head }.to_bytes();
            assert_eq!(VaultHead::split(&other), Err(VaultHeadError::Revision));
        }
    }
}

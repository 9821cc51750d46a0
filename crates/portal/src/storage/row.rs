use sqlx::{Row as _, any::AnyRow};
use uuid::Uuid;
use wire::{
    Address, Millis, Sha256,
    ids::{AccountId, ActivationId, ClaimId, DeliveryId, MailboxId, MessageId, ParcelId, SignInId, SlotId},
};

use crate::storage::StoreError;

/// An id as the database keeps it: its bytes.
pub trait Key {
    /// The bytes to bind.
    fn key(&self) -> &[u8];
}

macro_rules! keys {
    ($($name:ident),*) => {$(
        impl Key for $name {
            fn key(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        impl FromKey for $name {
            fn from_key(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }
    )*};
}

keys!(
    AccountId,
    ActivationId,
    ClaimId,
    DeliveryId,
    MailboxId,
    MessageId,
    ParcelId,
    SignInId,
    SlotId
);

impl Key for Sha256 {
    fn key(&self) -> &[u8] {
        &self.0
    }
}

impl FromKey for Sha256 {
    fn from_key(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// What the database keeps as a [`Key`].
pub trait FromKey: Sized {
    /// From the stored bytes, if they are such a key.
    fn from_key(bytes: &[u8]) -> Option<Self>;
}

/// Reads columns by name. A column that is not what it must be is [`StoreError::Corrupt`].
pub trait RowExt {
    /// An id or hash.
    fn key<T: FromKey>(&self, column: &str) -> Result<T, StoreError>;
    /// An id that may be absent.
    fn maybe_key<T: FromKey>(&self, column: &str) -> Result<Option<T>, StoreError>;
    /// A text.
    fn text(&self, column: &str) -> Result<String, StoreError>;
    /// A text that may be absent.
    fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError>;
    /// Bytes.
    fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError>;
    /// Bytes that may be absent.
    fn maybe_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// A whole number.
    fn int(&self, column: &str) -> Result<i64, StoreError>;
    /// A whole number that may be absent.
    fn maybe_int(&self, column: &str) -> Result<Option<i64>, StoreError>;

    /// A time.
    fn millis(&self, column: &str) -> Result<Millis, StoreError> {
        self.int(column)
    }

    /// A yes or no, kept as 1 or 0.
    fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// A number that cannot be negative.
    fn size(&self, column: &str) -> Result<u64, StoreError> {
        self.int(column)?.try_into().map_err(|_| StoreError::Corrupt)
    }

    /// An address.
    fn address(&self, column: &str) -> Result<Address, StoreError> {
        self.text(column)?.parse().map_err(|_| StoreError::Corrupt)
    }

    /// An address that may be absent.
    fn maybe_address(&self, column: &str) -> Result<Option<Address>, StoreError> {
        self.maybe_text(column)?
            .map(|text| text.parse().map_err(|_| StoreError::Corrupt))
            .transpose()
    }

    /// A value kept as JSON; enums of the wire are kept as their wire names this way.
    fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| StoreError::Corrupt)
    }

    /// A unit-like enum kept as its bare wire name.
    fn name<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text = serde_json::Value::String(self.text(column)?);
        serde_json::from_value(text).map_err(|_| StoreError::Corrupt)
    }
}

impl RowExt for AnyRow {
    fn key<T: FromKey>(&self, column: &str) -> Result<T, StoreError> {
        T::from_key(&self.bytes(column)?).ok_or(StoreError::Corrupt)
    }

    fn maybe_key<T: FromKey>(&self, column: &str) -> Result<Option<T>, StoreError> {
        match self.maybe_bytes(column)? {
            None => Ok(None),
            Some(bytes) => T::from_key(&bytes).map(Some).ok_or(StoreError::Corrupt),
        }
    }

    fn text(&self, column: &str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn int(&self, column: &str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

/// The bare wire name of a unit-like enum, as [`RowExt::name`] reads it back.
pub fn name<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

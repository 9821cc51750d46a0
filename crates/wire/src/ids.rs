//! Opaque ids, a type each: a delivery's id is never taken for a message's.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// A Secure Account. Never changes, whatever happens to the person's addresses.
    AccountId,
    /// What deliveries belong to.
    MailboxId,
    /// One sealed thing that was sent. The sender's client chooses it: it stands signed inside the cover and the body,
    /// so neither can be passed off as another message's.
    MessageId,
    /// One message in one mailbox. Ordered by the time of arrival.
    DeliveryId,
    /// One attempt to sign in.
    SignInId,
    /// A claim on an address.
    ClaimId,
    /// A keyring parcel.
    ParcelId,
    /// An unlock slot of a vault.
    SlotId,
    /// A client program's activation.
    ActivationId,
}

//! Lists, messages, files and changes, as their reader gets them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Address, Bytes, Millis, Sha256,
    claims::Predecessor,
    ids::{DeliveryId, MessageId},
    people::RecipientKind,
    sessions::Person,
};

/// Where a delivery lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Folder {
    /// Received.
    Inbox,
    /// Sent by this account.
    Sent,
}

/// Asks for a page of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Which folder.
    pub folder: Folder,
    /// The last delivery of the page before.
    #[param(value_type = Option<String>)]
    pub before: Option<DeliveryId>,
    /// How many, 1 to 100; 50 unless told.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

/// A page of a folder, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// The certificates of their senders, by [`Delivery::certificate_key`]. Each has one User ID: the address that the
    /// messages were sent from.
    pub certificates: BTreeMap<String, Bytes>,
    /// What `before` takes to get the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<DeliveryId>,
}

/// One message in one mailbox, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The message's.
    pub message: MessageId,
    /// Where it lies.
    pub folder: Folder,
    /// When the portal took the message.
    pub sent_at: Millis,
    /// When its reader first opened it.
    pub read_at: Option<Millis>,
    /// Who sent it, under the address it was sent from.
    pub sender: Person,
    /// The sender's Master now, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_now: Option<Address>,
    /// The fingerprint of the certificate that the sender had then, 64 hexadecimal digits.
    pub sender_fingerprint: String,
    /// Where the sender's certificate stands in [`Page::certificates`].
    pub certificate_key: String,
    /// The To recipients as addressed, which is what Sent shows.
    pub to: Vec<Address>,
    /// The key packet for this account.
    pub key_packet: Bytes,
    /// The sealed cover.
    pub cover: Bytes,
    /// How many files it has.
    pub files: u32,
    /// How many bytes body and files take, sealed.
    pub size: u64,
}

/// One delivery, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenDelivery {
    /// As the list has it.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// The sealed body.
    pub body: Bytes,
    /// The certificate that the sender had then, with the address that the message was sent from as its one User ID.
    pub certificate: Bytes,
    /// The certificates that the sender's address had before that one and that name it as their successor, newest first,
    /// at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<Predecessor>,
    /// The sealed files, in the order of the body's list.
    pub files_stored: Vec<StoredFile>,
    /// The Delivery Slip.
    pub slip: Slip,
}

/// A sealed file as the portal stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoredFile {
    /// Its name in the store.
    pub sha256: Sha256,
    /// How many bytes it takes, sealed.
    pub size: u64,
}

/// What the portal itself knows of a message, for those who took part in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Slip {
    /// Everybody this reader may know of: all to the sender; To and Cc, and themselves, to the others.
    pub participants: Vec<Participant>,
    /// The delivery in this reader's mailboxes that this message answers.
    pub in_reply_to: Option<DeliveryId>,
}

/// One addressee of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// To, Cc or Bcc.
    pub role: Role,
    /// The address as addressed.
    pub address: Address,
    /// The person's Master now, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Address>,
    /// The name, once registered.
    pub name: Option<String>,
    /// Registered, or still invited.
    pub standing: RecipientKind,
    /// How the notification fares; for the sender alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
}

/// How somebody was addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc.
    Bcc,
}

/// How a notification fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Notification {
    /// Waits to go out, for the first time or again.
    Waiting {
        /// How often it was tried.
        attempts: u32,
    },
    /// The mail system took it.
    Sent {
        /// When.
        at: Millis,
    },
    /// The recipient's mail system refused the address, or the relay could not be reached for three days.
    Failed {
        /// When it was given up.
        at: Millis,
        /// Whether the address itself was refused.
        refused: bool,
    },
}

/// Marks a delivery read or unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRead {
    /// Whether it has been read.
    pub read: bool,
}

/// Asks for what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The last change the client has seen; 0 for none.
    pub since: i64,
}

/// What changed in an account, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    /// At most 500.
    pub changes: Vec<Change>,
    /// What to pass as `since` next.
    pub latest: i64,
    /// Whether there are more right away.
    pub more: bool,
}

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// A delivery came, or its state changed.
    Delivery {
        /// Which.
        id: DeliveryId,
    },
    /// The account itself changed: name, addresses, claims, kind, parcels.
    Account,
    /// The stored vault was replaced.
    Vault {
        /// By this version.
        version: i64,
    },
    /// Mailboxes with deliveries joined the account: lists are to be read anew.
    Mailboxes,
}

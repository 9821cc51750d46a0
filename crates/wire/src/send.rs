//! Sending: the sealed parts of a message on their way in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Address, Bytes, Sha256,
    ids::{AccountId, DeliveryId, MessageId},
    list::bounded,
};

/// A sealed message.
///
/// Its files were put to `/blobs/{sha256}` before. To each account that it goes to, and to the sender, belongs one key
/// packet for the certificate that [`PrepareRecipients`](crate::people::PrepareRecipients) answered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// Chosen by the client, and signed inside cover and body.
    pub id: MessageId,
    /// The address it is sent from: the Master, which stands signed in the body.
    pub from: Address,
    /// Recipients everybody sees.
    #[schema(max_items = 100)]
    #[serde(deserialize_with = "bounded")]
    pub to: Vec<Address>,
    /// Recipients everybody sees, for information.
    #[serde(default, deserialize_with = "bounded")]
    #[schema(max_items = 100)]
    pub cc: Vec<Address>,
    /// Recipients that only the sender and they themselves see.
    #[serde(default, deserialize_with = "bounded")]
    #[schema(max_items = 100)]
    pub bcc: Vec<Address>,
    /// One for each account, the sender's included.
    #[serde(deserialize_with = "bounded")]
    pub key_packets: Vec<KeyPacket>,
    /// The sealed cover: an OpenPGP encrypted data packet.
    pub cover: Bytes,
    /// The sealed body: an OpenPGP encrypted data packet.
    pub body: Bytes,
    /// The sealed files it names, in the order of the body's list.
    #[serde(default, deserialize_with = "bounded")]
    #[schema(max_items = 100)]
    pub files: Vec<Sha256>,
    /// The delivery that it answers.
    #[serde(default)]
    pub in_reply_to: Option<DeliveryId>,
}

/// What lets one account's key open the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyPacket {
    /// The account.
    pub account: AccountId,
    /// The fingerprint of the certificate it was made for, 64 hexadecimal digits.
    pub fingerprint: String,
    /// An OpenPGP public-key encrypted session key packet (RFC 9580 section 5.1).
    pub packet: Bytes,
}

/// The message was taken: it is stored durably, and its notifications will go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    /// The message.
    pub message: MessageId,
    /// The sender's own delivery of it, in Sent.
    pub delivery: DeliveryId,
}

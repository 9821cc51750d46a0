//! Lists and letters, opened and verified.

use std::{collections::BTreeMap, fmt};

use reqwest::Method;
use vault::{Certificate, Cover, Fingerprint, Letter, Sight, Vault};
use wire::{
    Address, Bytes, Millis,
    ids::DeliveryId,
    mailbox::{Delivery, Folder, OpenDelivery, Page, SetRead, Slip},
};

use crate::{Error, Session, client::blocking};

/// A page of a folder, newest first.
#[derive(Debug)]
pub struct Listing {
    /// What lies in it.
    pub entries: Vec<Listed>,
    /// What `before` takes to get the next page; none on the last.
    pub next: Option<DeliveryId>,
}

/// A delivery in a list.
pub struct Listed {
    /// What the portal knows of it.
    pub delivery: Delivery,
    /// Its cover, verified to be the sender's; or why it cannot be trusted or opened. One bad cover spoils no list.
    pub cover: Result<Cover, vault::Error>,
}

/// A letter that was opened, and verified to be the sender's.
pub struct Received {
    /// What the portal knows of the delivery.
    pub delivery: Delivery,
    /// The Delivery Slip.
    pub slip: Slip,
    /// The letter.
    pub letter: Letter,
    /// When it was written, as it says itself.
    pub date: Millis,
    /// When its signature says it was made.
    pub signed_at: Millis,
    /// Of the certificate that verified it.
    pub fingerprint: Fingerprint,
    /// How that compares with the one last seen. [`Sight::First`], [`Sight::Unconfirmed`] and [`Sight::Changed`] want to
    /// be shown: nothing says whose key it is but the portal.
    pub sight: Sight,
}

impl Listed {
    /// The name that its sender wrote into the cover, where that is another than the registered one.
    pub fn signed_as(&self) -> Option<&str> {
        let cover = self.cover.as_ref().ok()?;
        other_name(&cover.sender_name, self.delivery.sender.name.as_deref())
    }
}

impl Received {
    /// The name that its sender wrote into the letter, where that is another than the registered one.
    pub fn signed_as(&self) -> Option<&str> {
        let signed = self.letter.from.name.as_deref()?;
        other_name(signed, self.delivery.sender.name.as_deref())
    }
}

/// What a message calls its sender is the sender's word. Who it is from is told by the registered name; another one is
/// told as what it is.
fn other_name<'a>(signed: &'a str, registered: Option<&str>) -> Option<&'a str> {
    let signed = signed.trim();
    let same = registered.is_some_and(|name| signed.split_whitespace().eq(name.split_whitespace()));
    (!signed.is_empty() && !same).then_some(signed)
}

impl Session {
    /// A page of a folder: at most `limit` (1 to 100), before that delivery or from the newest on.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn list(&self, folder: Folder, before: Option<DeliveryId>, limit: u32) -> Result<Listing, Error> {
        let folder = match folder {
            Folder::Inbox => "inbox",
            Folder::Sent => "sent",
        };
        let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
        let path = format!("/deliveries?folder={folder}&limit={limit}{before}");
        let Page {
            deliveries,
            certificates,
            next,
        } = self.get(self.ask(Method::GET, &path)).await?;
        let now = self.0.client.environment.now();
        let entries = self
            .with_vault(move |vault| open_covers(vault, deliveries, &certificates, now))
            .await?;
        Ok(Listing { entries, next })
    }

    /// Opens a delivery. It stays unread until it is [marked](Session::mark_read).
    ///
    /// A correspondent's fingerprint that is seen for the first time is kept, unconfirmed, so that a change is noticed; one
    /// that the key seen before names as its successor is remembered. [`Received::sight`] tells what is known of the key:
    /// an unconfirmed or changed one stays that way until it is [accepted](Session::accept) or written to.
    ///
    /// # Errors
    /// `not-found`; [`Error::OtherDelivery`]; [`Error::Vault`] where it was altered, is not the sender's, or no key here opens it.
    pub async fn open(&self, delivery: DeliveryId) -> Result<Received, Error> {
        let found = self.delivery(delivery).await?;
        let OpenDelivery {
            delivery,
            body,
            certificate,
            predecessors,
            slip,
            ..
        } = found;
        let (sealed, now) = (delivery.clone(), self.0.client.environment.now());
        let opened = self
            .with_vault(move |vault| {
                let from = &sealed.sender.address;
                let sender = sender(certificate.as_ref(), &sealed.sender_fingerprint, from)?;
                let opened =
                    vault.open_body(sealed.message, sealed.key_packet.as_ref(), body.as_ref(), &sender, now)?;
                match opened.letter.from.address == *from {
                    true => Ok(opened),
                    false => Err(vault::Error::WrongSender),
                }
            })
            .await??;
        let sight = self.sight_of_writer(&delivery.sender.address, opened.fingerprint, &predecessors);
        if sight != Sight::Same {
            self.saw(&delivery.sender.address, opened.fingerprint, &predecessors)
                .await?;
        }
        Ok(Received {
            delivery,
            slip,
            letter: opened.letter,
            date: opened.date,
            signed_at: opened.signed_at,
            fingerprint: opened.fingerprint,
            sight,
        })
    }

    /// A delivery as the portal has it.
    async fn delivery(&self, id: DeliveryId) -> Result<OpenDelivery, Error> {
        let found: OpenDelivery = self.get(self.ask(Method::GET, &format!("/deliveries/{id}"))).await?;
        match found.delivery.id == id {
            true => Ok(found),
            false => Err(Error::OtherDelivery),
        }
    }

    /// Marks a delivery read or unread.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn mark_read(&self, delivery: DeliveryId, read: bool) -> Result<(), Error> {
        let path = format!("/deliveries/{delivery}/read");
        self.tell(self.ask(Method::PUT, &path).json(&SetRead { read })?).await
    }

    /// The sealed message as an `.eml` that other OpenPGP programs open with the account's key.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn export(&self, delivery: DeliveryId) -> Result<String, Error> {
        let OpenDelivery { delivery, body, .. } = self.delivery(delivery).await?;
        Ok(
            blocking(move || vault::export_eml(delivery.message, delivery.key_packet.as_ref(), body.as_ref()))
                .await??,
        )
    }
}

fn open_covers(
    vault: &Vault,
    deliveries: Vec<Delivery>,
    certificates: &BTreeMap<String, Bytes>,
    now: Millis,
) -> Vec<Listed> {
    // A page often has few senders, and a certificate takes four verifications to parse.
    let mut senders: BTreeMap<(String, String, String), Result<Certificate, vault::Error>> = BTreeMap::new();
    deliveries
        .into_iter()
        .map(|delivery| {
            let (fingerprint, from) = (&delivery.sender_fingerprint, &delivery.sender.address);
            let key = &delivery.certificate_key;
            let bytes = certificates.get(key).map(AsRef::as_ref).unwrap_or_default();
            let known = (key.clone(), fingerprint.clone(), from.canonical().to_owned());
            let cover = match senders.entry(known).or_insert_with(|| sender(bytes, fingerprint, from)) {
                Ok(sender) => vault.open_cover(
                    delivery.message,
                    delivery.key_packet.as_ref(),
                    delivery.cover.as_ref(),
                    sender,
                    now,
                ),
                Err(error) => Err(*error),
            };
            Listed { delivery, cover }
        })
        .collect()
}

/// The sender's certificate, which must be the one whose fingerprint the portal names, and stand for the address that
/// it says the message came from.
fn sender(bytes: &[u8], fingerprint: &str, from: &Address) -> Result<Certificate, vault::Error> {
    let certificate = Certificate::parse(bytes)?;
    if certificate.fingerprint().to_string() != fingerprint {
        return Err(vault::Error::UnknownSenderKey);
    }
    let user_id = certificate
        .user_ids()
        .find(|id| id.parse::<Address>().is_ok_and(|own| own == *from));
    let user_id = user_id.ok_or(vault::Error::WrongSender)?.to_owned();
    Ok(certificate.reduced_to(&user_id)?)
}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listed({})", self.delivery.id)
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({})", self.delivery.id)
    }
}

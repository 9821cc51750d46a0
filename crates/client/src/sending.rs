//! Sending: recipients, files, the letter, and the portal's word that it has them.

use std::collections::BTreeMap;

use bytes::Bytes;
use reqwest::{Method, header::HeaderName};
use vault::{Certificate, Correspondent, FileRef, Fingerprint, Letter, SessionKey, Sight};
use wire::{
    Address, Problem, ProblemType,
    ids::{AccountId, DeliveryId, MessageId},
    people::{PrepareRecipients, Recipient, Standing},
    send::{KeyPacket, Send, Sent},
};

use crate::{ChangedKey, Error, NewFile, Outgoing, Session, outgoing::Content};

/// How often recipients may change under our hands before we give up.
const ROUNDS: usize = 3;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A message that is sealed, its files uploaded, and that only needs [submitting](Session::submit).
#[derive(Debug)]
pub struct Sealed {
    request: Send,
    recipients: Vec<Recipient>,
    session_key: SessionKey,
    /// The request as it goes, byte for byte the same each time: the portal compares.
    body: Bytes,
    idempotency_key: String,
}

impl Sealed {
    /// The message's id.
    pub fn id(&self) -> MessageId {
        self.request.id
    }

    /// Those it is sealed to.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }
}

impl Session {
    /// Sends a message: [seals](Session::seal) and [submits](Session::submit) it. Answered once the portal has it
    /// durably. While the portal cannot be reached it is tried again, and never sent twice.
    ///
    /// # Errors
    /// As of the two.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Sent, Error> {
        let mut sealed = self.seal(outgoing).await?;
        self.submit(&mut sealed).await
    }

    /// Seals a message to its recipients and uploads its files. Nobody is told of it yet.
    ///
    /// # Errors
    /// [`Error::KeysChanged`]; `recipients-not-allowed`, whose document names them; [`Error::File`] where a file cannot
    /// be read.
    pub async fn seal(&self, outgoing: Outgoing) -> Result<Sealed, Error> {
        let addresses: Vec<Address> = outgoing.addresses().cloned().collect();
        if addresses.is_empty() {
            return Err(Problem::new(ProblemType::Malformed)
                .detail("a message needs a recipient")
                .into());
        }
        let recipients = self.prepare(addresses, outgoing.in_reply_to).await?;
        let files = self.put_files(outgoing.files).await?;
        let named = |addresses: &[Address]| -> Vec<Correspondent> {
            let name = |address: &Address| recipients.iter().find(|one| one.address == *address)?.name.clone();
            addresses
                .iter()
                .map(|address| Correspondent {
                    name: name(address),
                    address: address.clone(),
                })
                .collect()
        };
        let account = self.account();
        let letter = Letter {
            from: Correspondent {
                name: Some(account.name.clone()),
                address: self.address().clone(),
            },
            to: named(&outgoing.to),
            cc: named(&outgoing.cc),
            subject: outgoing.subject,
            text: outgoing.text,
            html: outgoing.html,
            files,
        };
        let from = letter.from.address.clone();
        let stored = letter.files.iter().map(|file| file.sha256).collect();
        let certificates = recipients.iter().map(certificate).collect::<Result<Vec<_>, _>>()?;
        let id = MessageId(self.0.client.environment.id());
        let (name, now, mut rng) = (account.name.clone(), self.now(), self.0.client.environment.rng());
        let sealed = self
            .with_vault(move |vault| vault.seal(&letter, id, &name, &certificates, now, &mut rng))
            .await??;
        let packets = sealed
            .key_packets
            .into_iter()
            .map(|made| (made.fingerprint, made.packet))
            .collect();
        let request = Send {
            id,
            from,
            to: outgoing.to,
            cc: outgoing.cc,
            bcc: outgoing.bcc,
            key_packets: self.addressed(&recipients, packets)?,
            cover: sealed.cover.into(),
            body: sealed.body.into(),
            files: stored,
            in_reply_to: outgoing.in_reply_to,
        };
        let body = to_body(&request)?;
        let idempotency_key = self.0.client.environment.id().to_string();
        Ok(Sealed {
            request,
            recipients,
            session_key: sealed.session_key,
            body,
            idempotency_key,
        })
    }

    /// Hands a sealed message to the portal. Doing it again, in whatever way the first time ended, sends nothing twice.
    ///
    /// Where a recipient registered or changed keys meanwhile, what opens the message is made anew for them; nothing is
    /// sealed or uploaded again.
    ///
    /// # Errors
    /// `recipients-changed` where that happens time and again, and whatever else the portal refuses it for.
    pub async fn submit(&self, sealed: &mut Sealed) -> Result<Sent, Error> {
        for _ in 0..ROUNDS {
            match self.post(sealed).await {
                Err(error) if error.problem() == Some(ProblemType::RecipientsChanged) => {}
                other => return other,
            }
            self.prepare_again(sealed).await?;
        }
        self.post(sealed).await
    }

    async fn post(&self, sealed: &Sealed) -> Result<Sent, Error> {
        let ask = self
            .ask(Method::POST, "/messages")
            .header(IDEMPOTENCY_KEY, sealed.idempotency_key.as_str());
        self.get(ask.body(sealed.body.clone())).await
    }

    /// The certificates of those a message goes to, each of them the one last seen or new.
    async fn prepare(&self, addresses: Vec<Address>, in_reply_to: Option<DeliveryId>) -> Result<Vec<Recipient>, Error> {
        let ask = self
            .ask(Method::POST, "/recipients")
            .json(&PrepareRecipients { addresses, in_reply_to })?;
        let recipients: Vec<Recipient> = self.get(ask).await?;
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for recipient in &recipients {
            let now = certificate(recipient)?.fingerprint();
            match self.sight(&recipient.address, now) {
                Sight::Same => {}
                // Who is only invited has no key to be known by: it is custody's, and gives way at registration. But a key
                // that is remembered is compared, whatever the portal says of the address.
                Sight::First if recipient.standing == Standing::Invited => {}
                Sight::First => new.push((recipient.address.clone(), now)),
                Sight::Changed { before } => changed.push(ChangedKey {
                    address: recipient.address.clone(),
                    before,
                    now,
                }),
            }
        }
        if !changed.is_empty() {
            return Err(Error::KeysChanged(changed));
        }
        if !new.is_empty() {
            self.remember(new).await?;
        }
        Ok(recipients)
    }

    /// Makes the key packets anew, from the session key that was kept.
    async fn prepare_again(&self, sealed: &mut Sealed) -> Result<(), Error> {
        let request = &sealed.request;
        let addresses = request
            .to
            .iter()
            .chain(&request.cc)
            .chain(&request.bcc)
            .cloned()
            .collect();
        let recipients = self.prepare(addresses, request.in_reply_to).await?;
        let (now, mut rng) = (self.now(), self.0.client.environment.rng());
        let own = self.vault().certificate().clone();
        let mut packets = BTreeMap::new();
        for certificate in recipients.iter().map(certificate).chain([Ok(own)]) {
            let made = vault::key_packet(&sealed.session_key, &certificate?, now, &mut rng)?;
            packets.insert(made.fingerprint, made.packet);
        }
        sealed.request.key_packets = self.addressed(&recipients, packets)?;
        sealed.recipients = recipients;
        sealed.body = to_body(&sealed.request)?;
        // Another request, so another key: the portal refuses one key for two.
        sealed.idempotency_key = self.0.client.environment.id().to_string();
        Ok(())
    }

    /// Each account's key packet, one an account, the sender's own among them.
    fn addressed(
        &self,
        recipients: &[Recipient],
        packets: BTreeMap<Fingerprint, Vec<u8>>,
    ) -> Result<Vec<KeyPacket>, Error> {
        let mut accounts: BTreeMap<AccountId, Fingerprint> = BTreeMap::new();
        for recipient in recipients {
            accounts.insert(recipient.account, certificate(recipient)?.fingerprint());
        }
        accounts.insert(self.account().id, self.fingerprint());
        accounts
            .into_iter()
            .map(|(account, fingerprint)| {
                let packet = packets
                    .get(&fingerprint)
                    .ok_or(Error::Answer("one account with two certificates"))?;
                Ok(KeyPacket {
                    account,
                    fingerprint: fingerprint.to_string(),
                    packet: packet.clone().into(),
                })
            })
            .collect()
    }

    /// Seals and uploads what is new, and refers to what the portal has.
    async fn put_files(&self, files: Vec<NewFile>) -> Result<Vec<FileRef>, Error> {
        if files.iter().any(|file| matches!(file.content, Content::Path(_))) {
            let most = self.0.client.portal().await?.max_file_size;
            for file in &files {
                file.check_size(most)?;
            }
        }
        let mut put = Vec::with_capacity(files.len());
        for file in files {
            put.push(self.put_file(file).await?);
        }
        Ok(put)
    }

    pub(crate) fn now(&self) -> wire::Millis {
        self.0.client.environment.now()
    }
}

/// The certificate that the portal names for a recipient.
fn certificate(recipient: &Recipient) -> Result<Certificate, Error> {
    Ok(Certificate::parse(recipient.certificate.as_ref()).map_err(vault::Error::from)?)
}

fn to_body(request: &Send) -> Result<Bytes, Error> {
    let body = serde_json::to_vec(request).map_err(|_| Error::Answer("a message that is no JSON"))?;
    Ok(body.into())
}

//! Sending: recipients, files, the letter, and the portal's word that it has them.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use reqwest::{Method, header::HeaderName};
use vault::{Certificate, Correspondent, FileRef, Fingerprint, Letter, SealedMessage, SessionKey, Sight};
use wire::{
    Address, Problem, ProblemType,
    ids::{AccountId, DeliveryId, MessageId},
    people::{PrepareRecipients, Recipient, RecipientKind},
    send::{KeyPacket, Send, Sent},
};

use crate::{ChangedKey, Error, NewFile, Outgoing, Session, outgoing::Content};

/// How often recipients may change under our hands before we give up.
const ROUNDS: usize = 3;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A message that is sealed, its files uploaded, and that only needs [submitting](Session::submit).
pub struct Sealed {
    /// As it was written, should it have to be sealed anew.
    letter: Letter,
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
        let letter = Letter {
            from: self.writer(),
            to: named(&outgoing.to),
            cc: named(&outgoing.cc),
            subject: outgoing.subject,
            text: outgoing.text,
            html: outgoing.html,
            files,
        };
        let id = MessageId(self.0.client.environment.id());
        let sealed = self.seal_letter(letter.clone(), id, &recipients).await?;
        let session_key = sealed.session_key.clone();
        let request = Send {
            id,
            from: letter.from.address.clone(),
            to: outgoing.to,
            cc: outgoing.cc,
            bcc: outgoing.bcc,
            key_packets: self.addressed(&recipients, packets(sealed.key_packets))?,
            cover: sealed.cover.into(),
            body: sealed.body.into(),
            files: letter.files.iter().map(|file| file.sha256).collect(),
            in_reply_to: outgoing.in_reply_to,
        };
        let body = to_body(&request)?;
        let idempotency_key = self.0.client.environment.id().to_string();
        Ok(Sealed {
            letter,
            request,
            recipients,
            session_key,
            body,
            idempotency_key,
        })
    }

    /// The account, as it stands in From.
    fn writer(&self) -> Correspondent {
        Correspondent {
            name: Some(self.account().name.clone()),
            address: self.address(),
        }
    }

    async fn seal_letter(
        &self,
        letter: Letter,
        id: MessageId,
        recipients: &[Recipient],
    ) -> Result<SealedMessage, Error> {
        let certificates = recipients.iter().map(certificate).collect::<Result<Vec<_>, _>>()?;
        let (name, now) = (self.account().name.clone(), self.0.client.sealing_time()?);
        let mut rng = self.0.client.environment.rng();
        Ok(self
            .with_vault(move |vault| vault.seal(&letter, id, &name, &certificates, now, &mut rng))
            .await??)
    }

    /// Hands a sealed message to the portal. Doing it again, in whatever way the first time ended, sends nothing twice.
    ///
    /// Where a recipient registered or changed keys meanwhile, what opens the message is made anew for them; where the
    /// sender's own Master changed, the message is sealed anew as from the new one. No file is uploaded again.
    ///
    /// # Errors
    /// `recipients-changed` and `sender-changed` where that happens time and again, and whatever else the portal refuses
    /// it for.
    pub async fn submit(&self, sealed: &mut Sealed) -> Result<Sent, Error> {
        for _ in 0..ROUNDS {
            match self.post(sealed).await {
                Err(error) if error.problem() == Some(ProblemType::RecipientsChanged) => {
                    self.prepare_again(sealed).await?;
                }
                Err(error) if error.problem() == Some(ProblemType::SenderChanged) => {
                    self.refresh().await?;
                    self.seal_again(sealed).await?;
                }
                other => return other,
            }
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
            match self.sight_of_reader(&recipient.address, now, &recipient.predecessors) {
                Sight::Same => {}
                // Who is only invited has no key to be known by: it is custody's, and gives way at registration. But a key
                // that is remembered is compared, whatever the portal says of the address.
                Sight::First if recipient.standing == RecipientKind::Invited => {}
                Sight::First | Sight::Succeeded { .. } => new.push((recipient.address.clone(), now)),
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
        let (now, mut rng) = (self.0.client.sealing_time()?, self.0.client.environment.rng());
        let own = self.vault().certificate().clone();
        let mut made = Vec::new();
        for certificate in recipients.iter().map(certificate).chain([Ok(own)]) {
            made.push(vault::key_packet(&sealed.session_key, &certificate?, now, &mut rng)?);
        }
        sealed.request.key_packets = self.addressed(&recipients, packets(made))?;
        sealed.recipients = recipients;
        self.as_another_request(sealed)
    }

    /// Seals the letter anew, as from the account's Master now. It stays the same message: should the portal have taken it
    /// before all the same, it does not take it twice.
    async fn seal_again(&self, sealed: &mut Sealed) -> Result<(), Error> {
        sealed.letter.from = self.writer();
        let anew = self
            .seal_letter(sealed.letter.clone(), sealed.request.id, &sealed.recipients)
            .await?;
        sealed.session_key = anew.session_key;
        let request = &mut sealed.request;
        request.from = sealed.letter.from.address.clone();
        request.key_packets = self.addressed(&sealed.recipients, packets(anew.key_packets))?;
        (request.cover, request.body) = (anew.cover.into(), anew.body.into());
        self.as_another_request(sealed)
    }

    /// Another request needs another key: the portal refuses one key for two.
    fn as_another_request(&self, sealed: &mut Sealed) -> Result<(), Error> {
        sealed.body = to_body(&sealed.request)?;
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
}

impl fmt::Debug for Sealed {
    /// What somebody writes stays out of logs and errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({})", self.request.id)
    }
}

fn packets(made: Vec<vault::KeyPacket>) -> BTreeMap<Fingerprint, Vec<u8>> {
    made.into_iter().map(|made| (made.fingerprint, made.packet)).collect()
}

/// The certificate that the portal names for a recipient.
fn certificate(recipient: &Recipient) -> Result<Certificate, Error> {
    Ok(Certificate::parse(recipient.certificate.as_ref()).map_err(vault::Error::from)?)
}

fn to_body(request: &Send) -> Result<Bytes, Error> {
    let body = serde_json::to_vec(request).map_err(|_| Error::Answer("a message that is no JSON"))?;
    Ok(body.into())
}

//! Sending: recipients, files, the letter, and the portal's word that it has them.

use std::fmt;

use bytes::Bytes;
use reqwest::{Method, header::HeaderName};
use vault::{Addressee, Correspondent, FileRef, Letter, Readers, ReadersError, SealedMessage, SessionKey};
use wire::{
    Address, Problem, ProblemType,
    ids::{DeliveryId, MessageId},
    people::{PrepareRecipients, Recipient},
    send::{KeyPacket, Send, Sent},
};

use crate::{Error, NewFile, Outgoing, Session, outgoing::Content};

/// How often recipients may change under our hands before we give up.
const ROUNDS: usize = 3;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A message whose readers are known, and of which nothing was sealed yet.
pub struct Prepared {
    outgoing: Outgoing,
    readers: Readers,
}

/// A message that is sealed, its files uploaded, and that only needs [submitting](Session::submit).
pub struct Sealed {
    /// As it was written, should it have to be sealed anew.
    letter: Letter,
    request: Send,
    addressees: Vec<Addressee>,
    readers: Readers,
    session_key: SessionKey,
    /// The request as it goes, byte for byte the same each time: the portal compares.
    body: Bytes,
    idempotency_key: String,
}

impl Prepared {
    /// Those it would be sealed to. Name those at [first contact](Readers::first_contacts) before
    /// [sealing](Session::seal).
    pub fn readers(&self) -> &Readers {
        &self.readers
    }
}

impl Sealed {
    /// The message's id.
    pub fn id(&self) -> MessageId {
        self.request.id
    }

    /// Those it is sealed to.
    pub fn readers(&self) -> &Readers {
        &self.readers
    }
}

impl Session {
    /// Sends a message: [prepares](Session::prepare), [seals](Session::seal) and [submits](Session::submit) it. Answered
    /// once the portal has it durably. While the portal cannot be reached it is tried again, and never sent twice.
    ///
    /// # Errors
    /// As of the three.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Sent, Error> {
        let mut sealed = self.seal(self.prepare(outgoing).await?).await?;
        self.submit(&mut sealed).await
    }

    /// Asks the portal who has the addresses of a message, and checks what it answers.
    ///
    /// # Errors
    /// [`Error::KeysChanged`]; [`Error::Readers`] where the portal does not tell the truth; `recipients-not-allowed`,
    /// whose document names them.
    pub async fn prepare(&self, outgoing: Outgoing) -> Result<Prepared, Error> {
        let addressees: Vec<Addressee> = outgoing.addressees().cloned().collect();
        if addressees.is_empty() {
            return Err(Problem::new(ProblemType::Malformed)
                .detail("a message needs a recipient")
                .into());
        }
        let readers = self.readers(&addressees, outgoing.in_reply_to).await?;
        Ok(Prepared { outgoing, readers })
    }

    /// Seals a message to its readers and uploads its files. Nobody is told of it yet.
    ///
    /// # Errors
    /// [`Error::File`] where a file cannot be read.
    pub async fn seal(&self, Prepared { outgoing, readers }: Prepared) -> Result<Sealed, Error> {
        let addressees = outgoing.addressees().cloned().collect();
        let files = self.put_files(outgoing.files).await?;
        let named = |list: &[Addressee]| -> Vec<Correspondent> {
            list.iter()
                .map(|one| Correspondent {
                    name: readers.at(&one.address).and_then(|reader| reader.name.clone()),
                    address: one.address.clone(),
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
        let sealed = self.seal_letter(letter.clone(), id, readers.clone()).await?;
        let request = Send {
            id,
            from: letter.from.address.clone(),
            to: addresses(outgoing.to),
            cc: addresses(outgoing.cc),
            bcc: addresses(outgoing.bcc),
            key_packets: packets(sealed.key_packets),
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
            addressees,
            readers,
            session_key: sealed.session_key,
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

    async fn seal_letter(&self, letter: Letter, id: MessageId, readers: Readers) -> Result<SealedMessage, Error> {
        let (name, now) = (self.account().name.clone(), self.0.client.sealing_time()?);
        let mut rng = self.0.client.environment.rng();
        Ok(self
            .with_vault(move |vault| vault.seal(&letter, id, &name, &readers, now, &mut rng))
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

    /// Whom a message to these goes to, as the portal answers and the vault lets pass. New keys are remembered.
    async fn readers(&self, addressees: &[Addressee], in_reply_to: Option<DeliveryId>) -> Result<Readers, Error> {
        let mut asked: Vec<Address> = Vec::new();
        for Addressee { address, .. } in addressees {
            if !asked.contains(address) {
                asked.push(address.clone());
            }
        }
        let answer = self.who_has(asked, in_reply_to).await?;
        let mut checked = self.check_readers(addressees, &answer, None).await?;
        if checked.as_ref().is_err_and(ReadersError::may_be_out_of_date) {
            self.refresh().await?;
            checked = self.check_readers(addressees, &answer, None).await?;
        }
        if let Err(ReadersError::FormerNeeded(former)) = checked {
            let former = self.who_has_former(former, in_reply_to).await?;
            checked = self.check_readers(addressees, &answer, Some(former)).await?;
        }
        let readers = checked?;
        let checked = readers.clone();
        self.change(move |vault| (vault.remember_readers(&checked), ())).await?;
        Ok(readers)
    }

    async fn who_has(&self, addresses: Vec<Address>, in_reply_to: Option<DeliveryId>) -> Result<Vec<Recipient>, Error> {
        let ask = self
            .ask(Method::POST, "/recipients")
            .json(&PrepareRecipients { addresses, in_reply_to })?;
        self.get(ask).await
    }

    /// Each by itself: one that is somebody's whom this account may not write to, or nobody's whom it may not invite today,
    /// says nothing.
    async fn who_has_former(
        &self,
        former: Vec<Address>,
        in_reply_to: Option<DeliveryId>,
    ) -> Result<Vec<Recipient>, Error> {
        let mut found = Vec::new();
        for address in former {
            match self.who_has(vec![address], in_reply_to).await {
                Ok(mut answer) => found.append(&mut answer),
                Err(error)
                    if matches!(
                        error.problem(),
                        Some(ProblemType::RecipientsNotAllowed | ProblemType::TooManyRequests)
                    ) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(found)
    }

    /// The vault's rule, where it holds nobody up.
    async fn check_readers(
        &self,
        addressees: &[Addressee],
        answer: &[Recipient],
        former: Option<Vec<Recipient>>,
    ) -> Result<Result<Readers, ReadersError>, Error> {
        let (own, addressees, answer) = (self.account().id, addressees.to_vec(), answer.to_vec());
        self.with_vault(move |vault| vault.check_readers(own, &addressees, &answer, former.as_deref()))
            .await
    }

    /// Makes the key packets anew, from the session key that was kept.
    async fn prepare_again(&self, sealed: &mut Sealed) -> Result<(), Error> {
        let readers = self.readers(&sealed.addressees, sealed.request.in_reply_to).await?;
        let (now, mut rng) = (self.0.client.sealing_time()?, self.0.client.environment.rng());
        sealed.request.key_packets = packets(readers.key_packets(&sealed.session_key, now, &mut rng)?);
        sealed.readers = readers;
        self.as_another_request(sealed)
    }

    /// Seals the letter anew, as from the account's Master now. It stays the same message: should the portal have taken it
    /// before all the same, it does not take it twice.
    async fn seal_again(&self, sealed: &mut Sealed) -> Result<(), Error> {
        sealed.letter.from = self.writer();
        let anew = self
            .seal_letter(sealed.letter.clone(), sealed.request.id, sealed.readers.clone())
            .await?;
        sealed.session_key = anew.session_key;
        let request = &mut sealed.request;
        request.from = sealed.letter.from.address.clone();
        request.key_packets = packets(anew.key_packets);
        (request.cover, request.body) = (anew.cover.into(), anew.body.into());
        self.as_another_request(sealed)
    }

    /// Another request needs another key: the portal refuses one key for two.
    fn as_another_request(&self, sealed: &mut Sealed) -> Result<(), Error> {
        sealed.body = to_body(&sealed.request)?;
        sealed.idempotency_key = self.0.client.environment.id().to_string();
        Ok(())
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

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared({:?})", self.outgoing)
    }
}

fn addresses(list: Vec<Addressee>) -> Vec<Address> {
    list.into_iter().map(|one| one.address).collect()
}

/// As the portal takes them.
fn packets(made: Vec<vault::KeyPacket>) -> Vec<KeyPacket> {
    made.into_iter()
        .map(|made| KeyPacket {
            account: made.account,
            fingerprint: made.fingerprint.to_string(),
            packet: made.packet.into(),
        })
        .collect()
}

fn to_body(request: &Send) -> Result<Bytes, Error> {
    let body = serde_json::to_vec(request).map_err(|_| Error::Answer("a message that is no JSON"))?;
    Ok(body.into())
}

//! What the links in confirmation messages and security notices lead to.

use std::fmt;

use reqwest::Method;
use vault::{Certificate, Characters, Fingerprint, Sight, Vault};
use wire::{
    Address,
    claims::{
        AlarmShown, ClaimShown, Confirm, ConfirmBy, Confirmed, LinkToken, ProveOwner, ProvedOwner, Separate, Separated,
        Succession,
    },
    ids::ClaimId,
    sessions::{OwnAddress, Person},
};

use crate::{ChangedKey, Client, Error, Session, client::blocking, http::Ask, links::token, registration::unwrap};

impl Client {
    /// What a confirmation link is about, and what it asks for where nobody is signed in. Takes the whole link, or what
    /// stands behind its `#`.
    ///
    /// # Errors
    /// [`Error::Link`], or `link-unknown`, `link-expired`, `link-replaced`, `claim-ended`, `claim-confirmed`.
    pub async fn inspect_claim(&self, link: &str) -> Result<ClaimShown, Error> {
        self.http
            .get(Ask::new(Method::POST, "/claims/inspect").json(&token(link)?)?)
            .await
    }

    /// Confirms a claim on an address that nobody has, by the number that stands beside it in the claimant's list.
    ///
    /// # Errors
    /// As [`Client::inspect_claim`], and `wrong-number`, `claim-changed`, `address-taken`.
    pub async fn confirm_claim(&self, link: &str, number: &str) -> Result<Confirmed, Error> {
        let by = ConfirmBy::Number {
            number: number.to_owned(),
        };
        // Not repeated: three wrong numbers end the claim.
        self.http.once(confirm(token(link)?, by)?).await
    }

    /// Proves the password of the account that has the claimed address, and opens its vault, so that it can be handed
    /// over to the claimant. Nothing changes yet.
    ///
    /// # Errors
    /// As [`Client::inspect_claim`]; [`Error::is_wrong_password`], `too-many-attempts`, `account-disabled`,
    /// `only-administrator`, `claim-changed`.
    pub async fn prove_owner(&self, link: &str, password: &str) -> Result<Owner, Error> {
        let token = token(link)?;
        let ClaimShown { address, claimant, .. } = self.inspect_claim(link).await?;
        let attempt = self.attempt(&address, password, false).await?;
        let request = ProveOwner {
            token: token.token.clone(),
            sign_in: attempt.sign_in,
            credential_finalization: attempt.finalization.into(),
        };
        let proved: ProvedOwner = self
            .http
            .once(Ask::new(Method::POST, "/claims/prove").json(&request)?)
            .await?;
        let key = unwrap(&proved.vault, &attempt.export_key)?;
        let (taken_up, _) = self.take_up(&proved.vault, proved.account, &key).await?;
        let certificate = Certificate::parse(proved.claimant_certificate.as_ref()).map_err(vault::Error::from)?;
        // The keyring goes to whom the page named, and to nobody else. A claimant whose client did not come to sign a
        // certificate for the Master yet has one without a name.
        let names_another = certificate.user_ids().any(|id| id != claimant.address.as_typed());
        if names_another {
            return Err(Error::Answer("a certificate of somebody else than the claimant"));
        }
        Ok(Owner {
            client: self.clone(),
            token,
            address,
            claimant,
            certificate,
            vault: taken_up.vault,
            proof: proved.proof,
            claim: proved.claim,
            vault_version: proved.vault.version,
            addresses: proved.addresses,
        })
    }

    /// Takes back an address, and the account that joined another with it, by the password that the account had: for as long
    /// as what came with it is withheld. Which addresses are its own again.
    ///
    /// # Errors
    /// [`Error::is_wrong_password`], also where nothing of the address can be taken back; `too-many-attempts`,
    /// `not-separable`, `account-disabled`.
    pub async fn separate(&self, address: &Address, password: &str) -> Result<Separated, Error> {
        let attempt = self.attempt(address, password, true).await?;
        let request = Separate {
            address: address.clone(),
            sign_in: attempt.sign_in,
            credential_finalization: attempt.finalization.into(),
        };
        self.http
            .once(Ask::new(Method::POST, "/separations").json(&request)?)
            .await
    }

    /// Says that the reader of a confirmation message did not ask for it. It ends the claim, and is recorded.
    ///
    /// # Errors
    /// As [`Client::inspect_claim`].
    pub async fn refuse_claim(&self, link: &str) -> Result<(), Error> {
        self.http
            .tell(Ask::new(Method::POST, "/claims/refuse").json(&token(link)?)?)
            .await
    }

    /// What the link *This wasn't me* in a security notice is about.
    ///
    /// # Errors
    /// [`Error::Link`], or `link-unknown`, `link-expired`.
    pub async fn inspect_alarm(&self, link: &str) -> Result<AlarmShown, Error> {
        self.http
            .get(Ask::new(Method::POST, "/alarms/inspect").json(&token(link)?)?)
            .await
    }

    /// Says that what a security notice tells of was not done by its reader: all sessions of the account and all its
    /// claims end.
    ///
    /// # Errors
    /// As [`Client::inspect_alarm`].
    pub async fn raise_alarm(&self, link: &str) -> Result<(), Error> {
        self.http
            .tell(Ask::new(Method::POST, "/alarms").json(&token(link)?)?)
            .await
    }
}

impl Session {
    /// As [`Client::inspect_claim`]: what a confirmation link asks for where this account is signed in. Of a claim of its
    /// own that is no more than a click.
    ///
    /// # Errors
    /// As [`Client::inspect_claim`].
    pub async fn inspect_claim(&self, link: &str) -> Result<ClaimShown, Error> {
        self.get(self.ask(Method::POST, "/claims/inspect").json(&token(link)?)?)
            .await
    }

    /// Confirms a claim of the account's own on an address that nobody has.
    ///
    /// # Errors
    /// As [`Client::inspect_claim`], and `claim-changed`, `address-taken`, `not-allowed`.
    pub async fn confirm_claim(&self, link: &str) -> Result<Confirmed, Error> {
        let ask = confirm(token(link)?, ConfirmBy::Click {})?.in_session(self.in_session());
        let confirmed = self.get(ask).await?;
        // What joins, an address or mail that waited, is here at once.
        self.catch_up().await;
        Ok(confirmed)
    }

    /// The twelve characters of the account's own claim on an address: whoever hands over the account that has the address asks
    /// for them. Takes as long as a password to be stretched.
    ///
    /// # Errors
    /// Where there is not the memory for it.
    pub async fn claim_characters(&self, address: &Address) -> Result<Characters, Error> {
        let (address, own) = (address.clone(), self.fingerprint());
        Ok(blocking(move || Characters::of_claim(&address, own)).await??)
    }

    /// Takes up what another's account, confirmed elsewhere a moment ago, brought: addresses, and keys in a parcel.
    /// [Changes](Session::changes) tell of it too.
    pub async fn catch_up(&self) {
        self.follow_addresses().await;
        // They wait where they are.
        let _ = self.take_parcels_in().await;
    }
}

/// An account that has a claimed address, its password proved and its vault open, for ten minutes.
pub struct Owner {
    client: Client,
    token: LinkToken,
    address: Address,
    claimant: Person,
    certificate: Certificate,
    vault: Vault,
    proof: wire::Bytes,
    claim: ClaimId,
    vault_version: i64,
    addresses: Vec<OwnAddress>,
}

impl Owner {
    /// Its addresses, the Master first.
    pub fn addresses(&self) -> &[OwnAddress] {
        &self.addresses
    }

    /// To whom it would be handed over.
    pub fn claimant(&self) -> &Person {
        &self.claimant
    }

    /// The fingerprint of the claimant's key, which the keyring would be sealed to.
    pub fn claimant_fingerprint(&self) -> Fingerprint {
        self.certificate.fingerprint()
    }

    /// Whether this account knows the claimant under another key.
    ///
    /// # Errors
    /// [`Error::KeysChanged`]. Ask the claimant, in person or by telephone, before going on all the same.
    pub fn check_claimant(&self) -> Result<(), Error> {
        let now = self.certificate.fingerprint();
        match self.vault.seen_for_sealing(&self.claimant.address, now, &[]) {
            Sight::Changed { before } => Err(Error::KeysChanged(vec![ChangedKey {
                address: self.claimant.address.clone(),
                formerly: None,
                before,
                now,
            }])),
            _ => Ok(()),
        }
    }

    /// Lets it be handed over to whoever read out these twelve characters, which Alias Management shows to the claimant: the
    /// address at once, messages and keys after three days, until which the password [separates](Client::separate) the two.
    ///
    /// # Errors
    /// [`Error::Characters`] where they are not those of the key that it would be sealed to.
    pub async fn to_whoever_read_out(self, characters: &str) -> Result<HandOver, Error> {
        let (address, claimant) = (self.address.clone(), self.certificate.fingerprint());
        match blocking(move || Characters::of_claim(&address, claimant))
            .await??
            .are(characters)
        {
            true => Ok(HandOver {
                owner: self,
                claimant: None,
            }),
            false => Err(Error::Characters),
        }
    }

    /// Lets it be handed over to an account that is signed in here: all of it at once.
    ///
    /// # Errors
    /// [`Error::KeysChanged`] where it is not the account that claims the address, or the portal names another key for it than
    /// its own vault holds.
    pub fn to_session(self, session: &Session) -> Result<HandOver, Error> {
        let now = self.certificate.fingerprint();
        if session.fingerprint() != now {
            return Err(Error::KeysChanged(vec![ChangedKey {
                address: self.claimant.address.clone(),
                formerly: None,
                before: session.fingerprint(),
                now,
            }]));
        }
        Ok(HandOver {
            claimant: Some(session.clone()),
            owner: self,
        })
    }
}

/// What stands ready to be handed over, to whom it is meant.
pub struct HandOver {
    owner: Owner,
    /// The claimant's session, where there is one here.
    claimant: Option<Session>,
}

impl HandOver {
    /// Hands the account over: its messages, its addresses and, sealed to the claimant's key, its keyring. It ends.
    ///
    /// # Errors
    /// `version-conflict` where its vault was written meanwhile, `password-needed` where the proof is older than ten
    /// minutes: prove its owner again. Whatever the portal refuses it for, the account is then as it was.
    pub async fn absorb(self) -> Result<Confirmed, Error> {
        let (environment, certificate) = (self.owner.client.environment.clone(), self.owner.certificate.clone());
        let Owner {
            client,
            token,
            vault,
            proof,
            claim,
            vault_version,
            addresses,
            ..
        } = self.owner;
        let now = client.sealing_time()?;
        let by = blocking(move || {
            let parcel = vault
                .hand_over(&certificate, claim, now, &mut environment.rng())?
                .into();
            let successions = addresses.iter().map(|own| {
                let statement =
                    vault.succession(&own.address, certificate.fingerprint(), now, &mut environment.rng())?;
                Ok(Succession {
                    address: own.address.clone(),
                    statement: statement.into(),
                })
            });
            Ok::<_, vault::Error>(ConfirmBy::Absorb {
                proof,
                vault_version,
                parcel,
                successions: successions.collect::<Result<_, vault::Error>>()?,
            })
        })
        .await??;
        hand_over(&client, self.claimant.as_ref(), token, by).await
    }

    /// Hands over this one address, which must not be the account's Master. Messages that came to it stay.
    ///
    /// # Errors
    /// As [`HandOver::absorb`].
    pub async fn move_address(self) -> Result<Confirmed, Error> {
        let owner = self.owner;
        let mut rng = owner.client.environment.rng();
        let (now, successor) = (owner.client.sealing_time()?, owner.certificate.fingerprint());
        let statement = owner.vault.succession(&owner.address, successor, now, &mut rng)?;
        let succession = Succession {
            address: owner.address,
            statement: statement.into(),
        };
        let by = ConfirmBy::Move {
            proof: owner.proof,
            succession,
        };
        hand_over(&owner.client, self.claimant.as_ref(), owner.token, by).await
    }
}

/// Confirms for a claimant who is signed in here, or for one who is not.
async fn hand_over(
    client: &Client,
    claimant: Option<&Session>,
    token: LinkToken,
    by: ConfirmBy,
) -> Result<Confirmed, Error> {
    let ask = confirm(token, by)?;
    let Some(session) = claimant else {
        return client.http.get(ask).await;
    };
    let confirmed = session.get(ask.in_session(session.in_session())).await?;
    session.catch_up().await;
    Ok(confirmed)
}

impl fmt::Debug for HandOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandOver(…)")
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owner(…)")
    }
}

fn confirm(LinkToken { token }: LinkToken, by: ConfirmBy) -> Result<Ask<'static>, Error> {
    Ask::new(Method::POST, "/claims/confirm")
        .by_link(&token)
        .json(&Confirm { token, by })
}

//! What the links in confirmation messages and security notices lead to.

use std::fmt;

use reqwest::Method;
use vault::{Certificate, Fingerprint, Sight, Vault};
use wire::{
    Address,
    claims::{AlarmShown, ClaimShown, Confirm, ConfirmBy, Confirmed, LinkToken, ProveOwner, ProvedOwner, Succession},
    sessions::{OwnAddress, Person},
};

use crate::{ChangedKey, Client, Error, Session, client::blocking, http::Ask, links::token, registration::unlock};

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
        let attempt = self.attempt(&address, password).await?;
        let request = ProveOwner {
            token: token.token.clone(),
            sign_in: attempt.sign_in,
            credential_finalization: attempt.finalization.into(),
        };
        let proved: ProvedOwner = self
            .http
            .once(Ask::new(Method::POST, "/claims/prove").json(&request)?)
            .await?;
        let (_, vault) = unlock(&proved.vault, &attempt.export_key)?;
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
            vault,
            proof: proved.proof,
            vault_version: proved.vault.version,
            addresses: proved.addresses,
        })
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
        let ask = confirm(token(link)?, ConfirmBy::Click {})?.bearer(self.bearer());
        let confirmed = self.get(ask).await?;
        // What joins, an address or mail that waited, is here at once.
        self.catch_up().await;
        Ok(confirmed)
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
                before,
                now,
            }])),
            _ => Ok(()),
        }
    }

    /// Hands the account over: its messages, its addresses and, sealed to the claimant's key, its keyring. It ends.
    ///
    /// # Errors
    /// `version-conflict` where its vault was written meanwhile, `password-needed` where the proof is older than ten
    /// minutes: prove its owner again. Whatever the portal refuses it for, the account is then as it was.
    pub async fn absorb(self) -> Result<Confirmed, Error> {
        let (environment, certificate) = (self.client.environment.clone(), self.certificate.clone());
        let Self {
            client,
            token,
            vault,
            proof,
            vault_version,
            addresses,
            ..
        } = self;
        let by = blocking(move || {
            let now = environment.now();
            let parcel = vault.hand_over(&certificate, now, &mut environment.rng())?.into();
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
        client.http.get(confirm(token, by)?).await
    }

    /// Hands over this one address, which must not be the account's Master. Messages that came to it stay.
    ///
    /// # Errors
    /// As [`Owner::absorb`].
    pub async fn move_address(self) -> Result<Confirmed, Error> {
        let mut rng = self.client.environment.rng();
        let (now, successor) = (self.client.environment.now(), self.certificate.fingerprint());
        let statement = self.vault.succession(&self.address, successor, now, &mut rng)?;
        let succession = Succession {
            address: self.address,
            statement: statement.into(),
        };
        let by = ConfirmBy::Move {
            proof: self.proof,
            succession,
        };
        self.client.http.get(confirm(self.token, by)?).await
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owner(…)")
    }
}

fn confirm(LinkToken { token }: LinkToken, by: ConfirmBy) -> Result<Ask<'static>, Error> {
    Ask::new(Method::POST, "/claims/confirm").json(&Confirm { token, by })
}

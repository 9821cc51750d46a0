//! What a signed-in person does with their own addresses.

use anyhow::{Result, bail};
use clap::Args;
use client::{Environment, Session};
use serde::Serialize;
use serde_json::json;
use wire::{Address, Millis, claims::Claim, mailbox::Notification, sessions::OwnAddress};

use crate::mail::{access::Access, terminal};

/// List your addresses, and those that you asked to add.
///
/// Each line: Master, Alias or Pending, and the address. A pending one has the number and the twelve characters that its
/// confirmation page may ask for, until when its link works, and how the mail with the link fares.
#[derive(Args)]
#[command(after_help = "Examples:
  restante alias list
  restante --json alias list | jq -r '.claims[].number'
  restante --json alias list | jq -r '.claims[].characters'")]
pub struct List {
    #[command(flatten)]
    access: Access,
}

impl List {
    pub async fn run(self, json: bool) -> Result<()> {
        let aliases = self.access.in_person(async |session| {
            let aliases = session.aliases().await?;
            let mut claims = Vec::new();
            for claim in aliases.claims {
                claims.push(ShownClaim::of(session, claim).await?);
            }
            Ok((aliases.addresses, claims))
        });
        let (addresses, claims) = aliases.await?;
        if json {
            println!("{}", json!({ "addresses": addresses, "claims": claims }));
        } else {
            print!("{}", as_text(&addresses, &claims, Environment::system().now()));
        }
        Ok(())
    }
}

/// A pending claim with the characters that only its claimant's own key gives.
#[derive(Serialize)]
struct ShownClaim {
    #[serde(flatten)]
    claim: Claim,
    characters: String,
}

impl ShownClaim {
    async fn of(session: &Session, claim: Claim) -> Result<Self, client::Error> {
        let characters = session.claim_characters(&claim.address).await?.to_string();
        Ok(Self { claim, characters })
    }
}

/// Ask to add an address to your account.
///
/// A confirmation message goes to the basic inbox of the address, to prove that it is yours. Until its link is followed
/// nothing changes. An address that has an account here joins yours with all its messages, once you give its password
/// there. For Professionals.
#[derive(Args)]
#[command(after_help = "Example:
  restante alias add anna.winter@clinic.example")]
pub struct Add {
    /// The address, as it is to be shown.
    new: Address,

    #[command(flatten)]
    access: Access,
}

impl Add {
    pub async fn run(self, json: bool) -> Result<()> {
        let claim = self.access.in_person(async |session| {
            let claim = session.claim(&self.new).await?;
            Ok(ShownClaim::of(session, claim).await?)
        });
        tell_of_mail(&claim.await?, json)
    }
}

/// Send the confirmation message again, with a new link.
///
/// The link before it stops working at once.
#[derive(Args)]
#[command(after_help = "Example:
  restante alias resend anna.winter@clinic.example")]
pub struct Resend {
    /// The pending address.
    pending: Address,

    #[command(flatten)]
    access: Access,
}

impl Resend {
    pub async fn run(self, json: bool) -> Result<()> {
        let claim = self.access.in_person(async |session| {
            let claim = pending(session, &self.pending).await?;
            let claim = session.mail_again(claim.id).await?;
            Ok(ShownClaim::of(session, claim).await?)
        });
        tell_of_mail(&claim.await?, json)
    }
}

/// Give up an address that is not confirmed yet.
#[derive(Args)]
#[command(after_help = "Example:
  restante alias cancel anna.winter@clinic.example")]
pub struct Cancel {
    /// The pending address.
    pending: Address,

    #[command(flatten)]
    access: Access,
}

impl Cancel {
    pub async fn run(self, json: bool) -> Result<()> {
        let cancelled = self.access.in_person(async |session| {
            let claim = pending(session, &self.pending).await?;
            session.cancel(claim.id).await?;
            Ok(claim.address)
        });
        let cancelled = cancelled.await?;
        match json {
            true => println!("{}", json!({ "cancelled": cancelled })),
            false => println!("{cancelled} is not asked for any more. The link in its confirmation message is dead."),
        }
        Ok(())
    }
}

/// Make an alias the Master.
///
/// Notifications go to it from now on, and your messages come from it. The old Master stays yours as an alias: what is
/// sent to it arrives in the same Inbox. Your other sessions end, and programs need to be activated again.
#[derive(Args)]
#[command(after_help = "Example:
  restante alias promote anna.winter@clinic.example")]
pub struct PromoteAlias {
    /// The alias.
    alias: Address,

    /// Do not tell the people you have corresponded with.
    #[arg(long)]
    no_tell: bool,

    #[command(flatten)]
    access: Access,
}

impl PromoteAlias {
    pub async fn run(self, json: bool) -> Result<()> {
        let activated = self.access.who()?.kept.is_some();
        let master = self.access.in_person(async |session| {
            own(session, &self.alias)?;
            session.promote(&self.alias, !self.no_tell).await?;
            Ok(session.address())
        });
        let master = master.await?;
        if json {
            println!("{}", json!({ "master": master, "tells_correspondents": !self.no_tell }));
            return Ok(());
        }
        println!("{master} is the Master now: notifications go to it, and your messages come from it.");
        if !self.no_tell {
            println!("The people you have corresponded with are told.");
        }
        if activated {
            println!("What was activated needs to be activated again. On this computer: `restante activate`.");
        }
        Ok(())
    }
}

/// Take an alias off your account.
///
/// Messages that came to it stay with you. Messages that are sent to it from now on invite whoever reads it then.
#[derive(Args)]
#[command(after_help = "Example:
  restante alias remove anna@clinic.example")]
pub struct Remove {
    /// The alias.
    alias: Address,

    #[command(flatten)]
    access: Access,
}

impl Remove {
    pub async fn run(self, json: bool) -> Result<()> {
        let removed = self.access.in_person(async |session| {
            own(session, &self.alias)?;
            Ok(session.remove(&self.alias).await?)
        });
        removed.await?;
        match json {
            true => println!("{}", json!({ "removed": self.alias })),
            false => println!(
                "{} is no address of yours any more. Messages that came to it stay.",
                self.alias
            ),
        }
        Ok(())
    }
}

/// The person's claim on an address.
async fn pending(session: &Session, address: &Address) -> Result<Claim> {
    let claims = session.aliases().await?.claims;
    match claims.into_iter().find(|claim| claim.address == *address) {
        Some(claim) => Ok(claim),
        None => bail!("{address} is not pending; `restante alias list` says what is"),
    }
}

/// Refuses what is no address of the person's.
fn own(session: &Session, address: &Address) -> Result<()> {
    let account = session.account();
    match account.addresses.iter().any(|own| own.address == *address) {
        true => Ok(()),
        false => bail!("{address} is no alias of yours; `restante alias list` says what is"),
    }
}

/// What there is to do now that a confirmation message goes out.
fn tell_of_mail(shown: &ShownClaim, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(shown)?);
        return Ok(());
    }
    let ShownClaim { claim, characters } = shown;
    println!(
        "A confirmation message goes to the basic inbox of {}, to prove that it is yours.",
        claim.address
    );
    println!(
        "Open its link, or give it to `restante alias confirm`, until {}.",
        terminal::time(claim.expires_at)
    );
    if let Some(number) = &claim.number {
        println!("Where you are not signed in, this number is asked for: {number}");
    }
    println!("If the address has an account here, these twelve characters are asked for there: {characters}");
    Ok(())
}

fn as_text(addresses: &[OwnAddress], claims: &[ShownClaim], now: Millis) -> String {
    let claimed = claims.iter().map(|shown| &shown.claim.address);
    let own = addresses.iter().map(|own| &own.address);
    let width = own.chain(claimed).map(|address| address.as_typed().chars().count());
    let width = width.max().unwrap_or_default();
    let mut text = String::new();
    for own in addresses {
        let status = if own.master { "Master" } else { "Alias" };
        text += &format!("{status:<9}{}", own.address);
        if let Some(until) = own.separable_until {
            text += &format!("  can be taken back by whoever had it until {}", terminal::time(until));
        }
        text += "\n";
    }
    for ShownClaim { claim, characters } in claims {
        let number = claim.number.as_deref().unwrap_or("-");
        let link = link(claim, now);
        let address = claim.address.as_typed();
        text += &format!(
            "{:<9}{address:<width$}  number {number}, characters {characters}, {link}, {}\n",
            "Pending",
            mail(claim.mail)
        );
    }
    text
}

/// Until when a claim's link works.
pub fn link(claim: &Claim, now: Millis) -> String {
    match claim.expires_at > now {
        true => format!("link works until {}", terminal::time(claim.expires_at)),
        false => "link has expired: resend it".to_owned(),
    }
}

/// How a claim's newest mail fares.
pub fn mail(mail: Notification) -> String {
    match mail {
        Notification::Waiting { .. } => "mail is on its way".to_owned(),
        Notification::Sent { at } => format!("mailed {}", terminal::time(at)),
        Notification::Failed { refused: true, .. } => "the address does not take mail".to_owned(),
        Notification::Failed { refused: false, .. } => "the mail could not be sent".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_of_each_address_what_it_is() {
        let address = |text: &str| text.parse::<Address>().unwrap();
        let own = |text: &str, master| OwnAddress {
            address: address(text),
            master,
            confirmed_at: 0,
            separable_until: (!master).then_some(10),
        };
        let claim = |text: &str, expires_at, mail| ShownClaim {
            claim: Claim {
                id: "0199ad0e-1f7a-7000-8000-000000000001".parse().unwrap(),
                address: address(text),
                number: Some("0471".into()),
                by_administrator: false,
                created_at: 0,
                expires_at,
                mail,
            },
            characters: "7K3M Q2ZD 9XVT".into(),
        };
        let addresses = [own("anna@clinic.test", true), own("a@x.test", false)];
        let claims = [
            claim("anna.winter@clinic.test", 10, Notification::Waiting { attempts: 0 }),
            claim("aw@x.test", 5, Notification::Failed { at: 1, refused: true }),
        ];
        let until = terminal::time(10);
        let expected = format!(
            "Master   anna@clinic.test\n\
             Alias    a@x.test  can be taken back by whoever had it until {until}\n\
             Pending  anna.winter@clinic.test  number 0471, characters 7K3M Q2ZD 9XVT, link works until {until}, mail is on its way\n\
             Pending  aw@x.test                number 0471, characters 7K3M Q2ZD 9XVT, link has expired: resend it, the address does not take mail\n"
        );
        assert_eq!(as_text(&addresses, &claims, 5), expected);
    }
}

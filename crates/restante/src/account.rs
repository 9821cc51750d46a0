//! `restante account …`: what an administrator does with accounts on the server itself.

use anyhow::{Result, bail};
use clap::{Args, Subcommand, value_parser};
use client::Environment;
use portal::{Portal, admin, http::Answer};
use wire::{
    Address, Millis,
    claims::Claim,
    ids::AccountId,
    people::{AccountState, ManagedAccount, ManagedAccountDetails},
    sessions::{Activity, ActivityKind},
};

use crate::{
    alias::{link, mail},
    house,
    init::sentence,
    mail::terminal,
    options::Options,
};

/// What an administrator does with accounts. It works beside the running portal, as `restante invite` does.
#[derive(Subcommand)]
pub enum Account {
    /// List the portal's accounts
    List(List),
    /// Show an account: its addresses, what it asked to add, what happened to it
    Show(Show),
    /// Ask to add an address to an account: its reader confirms
    AddAlias(AddAlias),
    /// Send the confirmation message of an address again, with a new link
    Resend(Resend),
}

/// Does it, with data as JSON where that was asked for.
pub async fn run(command: Account, json: bool) -> Result<()> {
    match command {
        Account::List(list) => list.run(json).await,
        Account::Show(show) => show.run(json).await,
        Account::AddAlias(add) => add.run(json).await,
        Account::Resend(resend) => resend.run(json).await,
    }
}

/// List the portal's accounts, newest first.
///
/// Each line: its state, what it is, and whose it is; `+` and a number where it has aliases.
#[derive(Args)]
#[command(after_help = "Example:
  restante account list --data /var/lib/restante")]
pub struct List {
    /// How many, 1 to 100.
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = value_parser!(u32).range(1..=100))]
    limit: u32,

    /// Begin after this one: the last of the page before.
    #[arg(long, value_name = "ACCOUNT")]
    before: Option<AccountId>,

    #[command(flatten)]
    options: Options,
}

impl List {
    async fn run(self, json: bool) -> Result<()> {
        let portal = open(self.options).await?;
        let accounts = told(admin::accounts(&portal, self.before, self.limit).await)?;
        portal.store.close().await;
        if json {
            println!("{}", serde_json::to_string(&accounts)?);
            return Ok(());
        }
        for account in &accounts {
            println!("{}", as_line(account));
        }
        if let Some(last) = accounts.last().filter(|_| accounts.len() == self.limit as usize) {
            eprintln!("There may be more: --before {}", last.id);
        }
        Ok(())
    }
}

/// Show an account: its addresses, what it asked to add, and what happened to it.
#[derive(Args)]
#[command(after_help = "Example:
  restante account show --data /var/lib/restante anna@clinic.example")]
pub struct Show {
    /// Any address of it.
    address: Address,

    #[command(flatten)]
    options: Options,
}

impl Show {
    async fn run(self, json: bool) -> Result<()> {
        let portal = open(self.options).await?;
        let account = found(&portal, &self.address).await?;
        let details = told(admin::details(&portal, account).await)?;
        portal.store.close().await;
        match json {
            true => println!("{}", serde_json::to_string(&details)?),
            false => print!("{}", as_text(&details, Environment::system().now())),
        }
        Ok(())
    }
}

/// Ask to add an address to an account.
///
/// A confirmation message goes to the new address, and its reader confirms, as if the account had asked itself. Nothing
/// changes before. The running portal sends the message; where none runs, the next one that starts does.
#[derive(Args)]
#[command(after_help = "Example:
  restante account add-alias --data /var/lib/restante anna@clinic.example anna.winter@clinic.example")]
pub struct AddAlias {
    /// Any address of the account.
    address: Address,

    /// The address to add.
    new: Address,

    #[command(flatten)]
    options: Options,
}

impl AddAlias {
    async fn run(self, json: bool) -> Result<()> {
        let portal = open(self.options).await?;
        let account = found(&portal, &self.address).await?;
        let claim = told(admin::add_claim(&portal, account, &self.new).await)?;
        portal.store.close().await;
        tell_of_mail(&claim, json)
    }
}

/// Send the confirmation message of a pending address again, with a new link. The link before it dies.
#[derive(Args)]
#[command(after_help = "Example:
  restante account resend --data /var/lib/restante anna@clinic.example anna.winter@clinic.example")]
pub struct Resend {
    /// Any address of the account.
    address: Address,

    /// The pending address.
    pending: Address,

    #[command(flatten)]
    options: Options,
}

impl Resend {
    async fn run(self, json: bool) -> Result<()> {
        let portal = open(self.options).await?;
        let account = found(&portal, &self.address).await?;
        let claims = told(admin::details(&portal, account).await)?.claims;
        let Some(claim) = claims.iter().find(|claim| claim.address == self.pending) else {
            bail!("{} is not pending for {}", self.pending, self.address);
        };
        let claim = told(admin::mail_claim_again(&portal, account, claim.id).await)?;
        portal.store.close().await;
        tell_of_mail(&claim, json)
    }
}

async fn open(options: Options) -> Result<Portal> {
    let options = options.with_file()?;
    house::open(&options, options.listen(), false).await
}

async fn found(portal: &Portal, address: &Address) -> Result<AccountId> {
    match admin::find(portal, address).await {
        Err(error) if error.problem().kind == wire::ProblemType::NotFound => bail!("nobody here has {address}"),
        other => told(other),
    }
}

fn told<T>(answer: Answer<T>) -> Result<T> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(error) => bail!(sentence(&error)),
    }
}

fn tell_of_mail(claim: &Claim, json: bool) -> Result<()> {
    match json {
        true => println!("{}", serde_json::to_string(claim)?),
        false => println!(
            "A confirmation message goes to the basic inbox of {}. Its link works until {}.",
            claim.address,
            terminal::time(claim.expires_at)
        ),
    }
    Ok(())
}

fn as_line(account: &ManagedAccount) -> String {
    let master = account.addresses.iter().find(|own| own.master);
    let who = match (master, &account.name) {
        (Some(own), name) => terminal::person(name.as_deref(), &own.address),
        (None, Some(name)) => terminal::line(name),
        (None, None) => String::new(),
    };
    let aliases = match account.addresses.len() {
        0 | 1 => String::new(),
        number => format!("  +{}", number - 1),
    };
    format!("{:<9}{:<14}{who}{aliases}", state(account.state), kind(account))
}

fn kind(account: &ManagedAccount) -> String {
    match account.administrator {
        true => "administrator".to_owned(),
        false => format!("{:?}", account.kind).to_lowercase(),
    }
}

fn state(state: AccountState) -> &'static str {
    match state {
        AccountState::Invited => "invited",
        AccountState::Active => "active",
        AccountState::Disabled => "disabled",
        AccountState::Absorbed => "absorbed",
    }
}

fn as_text(details: &ManagedAccountDetails, now: Millis) -> String {
    let account = &details.account;
    let mut text = String::new();
    let mut line = |name: &str, value: String| text += &format!("{name:<12}{value}\n");
    line("Account:", account.id.to_string());
    if let Some(name) = &account.name {
        line("Name:", terminal::line(name));
    }
    line("Kind:", kind(account));
    line("State:", state(account.state).to_owned());
    for own in &account.addresses {
        let status = if own.master { "Master:" } else { "Alias:" };
        line(
            status,
            format!("{}, since {}", own.address, terminal::time(own.confirmed_at)),
        );
    }
    for claim in &details.claims {
        let by = if claim.by_administrator {
            ", by an administrator"
        } else {
            ""
        };
        let (link, mail) = (link(claim, now), mail(claim.mail));
        line("Pending:", format!("{}, {link}, {mail}{by}", claim.address));
    }
    for activity in &details.activity {
        line(&terminal::time(activity.at), happened(activity));
    }
    text
}

fn happened(activity: &Activity) -> String {
    let what = match activity.kind {
        ActivityKind::Registered => "account opened",
        ActivityKind::SignedIn => "signed in",
        ActivityKind::WaitingKeyHandedOver => "the waiting key was handed over",
        ActivityKind::Disabled => "disabled",
        ActivityKind::Enabled => "enabled again",
        ActivityKind::ClaimAdded => "asked to add",
        ActivityKind::ClaimCancelled => "gave up adding",
        ActivityKind::ClaimRefused => "its reader did not ask to be added:",
        ActivityKind::ClaimGuessed => "three wrong numbers ended the request to add",
        ActivityKind::AliasAdded => "became an alias:",
        ActivityKind::AccountAbsorbed => "absorbed the account of",
        ActivityKind::AbsorbedInto => "joined the account that asked to add",
        ActivityKind::AliasMovedAway => "moved to another account:",
        ActivityKind::Promoted => "became the Master:",
        ActivityKind::AliasRemoved => "was removed:",
        ActivityKind::AlarmRaised => "somebody said \"This wasn't me\" to a notice that went to",
    };
    let address = activity.address.as_ref().map(|address| format!(" {address}"));
    let by = if activity.by_administrator {
        " (by an administrator)"
    } else {
        ""
    };
    format!("{what}{}{by}", address.unwrap_or_default())
}

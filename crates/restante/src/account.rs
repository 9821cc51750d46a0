//! `restante account …`: what an administrator does with accounts on the server itself.

use anyhow::{Result, bail};
use clap::{Args, Subcommand, value_parser};
use client::Environment;
use portal::{Portal, activations, admin};
use serde_json::json;
use wire::{
    Address, Millis, ProblemType,
    claims::Claim,
    ids::{AccountId, ActivationId},
    people::{AccountState, ManagedAccount, ManagedAccountDetails},
    sessions::{Activity, ActivityKind},
};

use crate::{
    activation,
    alias::{link, mail},
    assemble,
    init::sentence,
    mail::terminal,
    options::Options,
};

/// What an administrator does with accounts. It works beside the running portal, as `restante invite` does.
#[derive(Subcommand)]
pub enum Account {
    /// List the portal's accounts
    List(List),
    /// Show an account: its addresses, what it asked to add, its activations, what happened to it
    Show(Show),
    /// Ask to add an address to an account: its reader confirms
    AddAlias(AddAlias),
    /// Send the confirmation message of an address again, with a new link
    Resend(Resend),
    /// Stop one of an account's activations; its owner cannot unblock it
    Block(Block),
    /// Let an activation go on that was blocked here
    Unblock(Unblock),
}

/// Does it, with data as JSON where that was asked for.
pub async fn run(command: Account, json: bool) -> Result<()> {
    match command {
        Account::List(list) => list.run(json).await,
        Account::Show(show) => show.run(json).await,
        Account::AddAlias(add) => add.run(json).await,
        Account::Resend(resend) => resend.run(json).await,
        Account::Block(block) => block.run(json).await,
        Account::Unblock(unblock) => unblock.run(json).await,
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
        let accounts = or_sentence(admin::accounts(&portal, self.before, self.limit).await)?;
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

/// Show an account: its addresses, what it asked to add, its activations, and what happened to it.
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
        let account = find(&portal, &self.address).await?;
        let details = or_sentence(admin::details(&portal, account).await)?;
        portal.store.close().await;
        match json {
            true => println!("{}", serde_json::to_string(&details)?),
            false => {
                let log_name = portal.log_name(account);
                print!("{}", as_text(&details, &log_name, Environment::system().now()));
            }
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
        let account = find(&portal, &self.address).await?;
        let claim = or_sentence(admin::add_claim(&portal, account, &self.new, admin::Actor::Server).await)?;
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
        let account = find(&portal, &self.address).await?;
        let claims = or_sentence(admin::details(&portal, account).await)?.claims;
        let Some(claim) = claims.iter().find(|claim| claim.address == self.pending) else {
            bail!("{} is not pending for {}", self.pending, self.address);
        };
        let claim = or_sentence(admin::mail_claim_again(&portal, account, claim.id, admin::Actor::Server).await)?;
        portal.store.close().await;
        tell_of_mail(&claim, json)
    }
}

/// Stop one of an account's activations: a computer that was lost or stolen, or a program that does harm.
///
/// It retrieves and sends nothing from now on, and what it has begun ends. Its owner can neither unblock it nor remove it,
/// nor activate the same program anew.
#[derive(Args)]
#[command(after_help = "Example:
  restante account block --data /var/lib/restante anna@clinic.example 0199ad0e-1f7a-7000-8000-000000000001")]
pub struct Block {
    /// Any address of the account.
    address: Address,

    /// Which, as `restante account show` has it.
    activation: ActivationId,

    #[command(flatten)]
    options: Options,
}

impl Block {
    async fn run(self, json: bool) -> Result<()> {
        set_blocked(self.options, &self.address, self.activation, true).await?;
        match json {
            true => println!("{}", json!({ "blocked": self.activation })),
            false => println!("It is blocked, for its owner too. `restante account unblock` lets it go on."),
        }
        Ok(())
    }
}

/// Let an activation go on that was blocked here. What its owner blocked stays blocked.
#[derive(Args)]
#[command(after_help = "Example:
  restante account unblock --data /var/lib/restante anna@clinic.example 0199ad0e-1f7a-7000-8000-000000000001")]
pub struct Unblock {
    /// Any address of the account.
    address: Address,

    /// Which, as `restante account show` has it.
    activation: ActivationId,

    #[command(flatten)]
    options: Options,
}

impl Unblock {
    async fn run(self, json: bool) -> Result<()> {
        set_blocked(self.options, &self.address, self.activation, false).await?;
        match json {
            true => println!("{}", json!({ "unblocked": self.activation })),
            false => println!("It is not blocked by the portal any more."),
        }
        Ok(())
    }
}

async fn set_blocked(options: Options, address: &Address, activation: ActivationId, blocked: bool) -> Result<()> {
    let portal = open(options).await?;
    let account = find(&portal, address).await?;
    let set = async {
        let mut unit = portal.begin_unguarded().await?;
        activations::set_blocked_by_portal(&portal, &mut unit, account, activation, blocked).await?;
        Ok(unit.commit().await?)
    };
    let set: portal::Result<()> = set.await;
    match set {
        Err(error) if error.problem().kind == ProblemType::NotFound => {
            bail!("{address} has no such activation: `restante account show {address}` lists them")
        }
        other => or_sentence(other)?,
    }
    portal.store.close().await;
    Ok(())
}

/// The portal of these options.
pub async fn open(options: Options) -> Result<Portal> {
    let options = options.with_file()?;
    assemble::open(&options, options.listen(), false).await
}

async fn find(portal: &Portal, address: &Address) -> Result<AccountId> {
    match admin::find(portal, address).await {
        Err(error) if error.problem().kind == ProblemType::NotFound => bail!("nobody here has {address}"),
        other => or_sentence(other),
    }
}

/// What something came to, or what its problem says to somebody at the command line.
pub fn or_sentence<T>(result: portal::Result<T>) -> Result<T> {
    match result {
        Ok(value) => Ok(value),
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
        AccountState::Joining => "joining another",
        AccountState::Absorbed => "absorbed",
    }
}

/// What is known of an account, with the name that the security log has for it.
fn as_text(details: &ManagedAccountDetails, log_name: &str, now: Millis) -> String {
    let account = &details.account;
    let mut text = String::new();
    let mut line = |name: &str, value: String| text += &format!("{name:<12}{value}\n");
    line("Account:", account.id.to_string());
    line("In the log:", log_name.to_owned());
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
    for activated in &details.activations {
        line("Activated:", activation::as_line(activated));
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
        ActivityKind::ClaimMailed => "asked once more to add",
        ActivityKind::ClaimCancelled => "gave up adding",
        ActivityKind::ClaimRefused => "its reader did not ask to be added:",
        ActivityKind::ClaimGuessed => "three wrong numbers ended the request to add",
        ActivityKind::AliasAdded => "became an alias:",
        ActivityKind::AccountAbsorbed => "absorbed the account of",
        ActivityKind::AbsorbedInto => "joined the account that asked to add",
        ActivityKind::AliasMovedAway => "moved to another account:",
        ActivityKind::AccountJoining => "another account began to join, by its address",
        ActivityKind::JoiningInto => "the account began to join another, by its address",
        ActivityKind::Separated => "taken back from another account, with the password:",
        ActivityKind::SeparatedFrom => "taken back by the account that had it before:",
        ActivityKind::Promoted => "became the Master:",
        ActivityKind::CorrespondentsTold => "everybody it has dealt with was told of the Master",
        ActivityKind::AliasRemoved => "was removed:",
        ActivityKind::AlarmRaised => "somebody said \"This wasn't me\" to a notice that went to",
        ActivityKind::Activated => "a program was activated under",
        ActivityKind::ActivationRemoved => "an activation was removed that stood under",
        ActivityKind::ActivationBlocked => "an activation was blocked that stands under",
        ActivityKind::ActivationUnblocked => "an activation was unblocked that stands under",
        ActivityKind::HandedOver => "signed in by a hand-over",
        ActivityKind::DeviceMadeKnown => "made a new browser or computer known, by a link to",
    };
    let address = activity.address.as_ref().map(|address| format!(" {address}"));
    let by = if activity.by_administrator {
        " (by an administrator)"
    } else {
        ""
    };
    format!("{what}{}{by}", address.unwrap_or_default())
}

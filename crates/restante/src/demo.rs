//! The demonstration: people to be, and a first conversation between them, made by the same client that anybody uses.

use anyhow::{Result, anyhow};
use client::{Client, NewFile, Outgoing, Session};
use portal::{Portal, admin};
use wire::{Address, ProblemType, people::Invite, sessions::AccountKind};

/// One password for all of them: there is nothing to protect.
const PASSWORD: &str = "seven quiet herons";

struct Person {
    name: &'static str,
    address: &'static str,
    kind: AccountKind,
    administrator: bool,
}

const PEOPLE: [Person; 4] = [
    Person {
        name: "Ada Winter",
        address: "ada@clinic.example",
        kind: AccountKind::Professional,
        administrator: true,
    },
    Person {
        name: "Dr Anna Berg",
        address: "anna@clinic.example",
        kind: AccountKind::Professional,
        administrator: false,
    },
    Person {
        name: "Ben Ortiz",
        address: "ben@lawyers.example",
        kind: AccountKind::Professional,
        administrator: false,
    },
    Person {
        name: "Gina Marsh",
        address: "gina@home.example",
        kind: AccountKind::Guest,
        administrator: false,
    },
];

/// Registers the people on a portal that has none of them yet, and says where to go.
pub async fn prepare(portal: &Portal) -> Result<()> {
    let url = &portal.settings.public_url;
    let client = Client::new(url)?;
    let mut registered = Vec::new();
    for person in &PEOPLE {
        let address: Address = person.address.parse()?;
        let invite = Invite {
            address,
            kind: person.kind,
        };
        let link = match admin::invitation_link(portal, &invite, person.administrator).await {
            Ok(link) => link,
            // From an earlier run.
            Err(error) if error.problem().kind == ProblemType::InvitationUsed => continue,
            Err(error) => return Err(anyhow!(crate::init::sentence(&error))),
        };
        registered.push(client.register(&link, person.name, PASSWORD).await?);
    }
    if let [_, anna, ben, gina] = &registered[..] {
        converse(anna, ben, gina).await?;
    }
    println!();
    println!("Portal:       {url}");
    println!("Basic inbox:  {url}/demo/basic-mail");
    println!("Outlook:      {url}/demo/outlook.html (a page that stands in for it)");
    println!();
    for Person {
        name,
        address,
        kind,
        administrator,
    } in &PEOPLE
    {
        let kind = if *administrator {
            "administrator".to_owned()
        } else {
            format!("{kind:?}")
        };
        println!("  {address:<22}{name:<15}{kind}");
    }
    println!();
    println!("Everybody's password is: {PASSWORD}");
    Ok(())
}

async fn converse(anna: &Session, ben: &Session, gina: &Session) -> Result<()> {
    let results =
        "Ferritin   41 ug/l   (15 to 150)\nTSH        1.8 mU/l  (0.4 to 4.0)\nGlucose    5.1 mmol/l (3.9 to 5.6)\n";
    anna.send(
        Outgoing::new("Your blood test of last Thursday")
            .to(gina.address())
            .text(
                "Dear Gina,\n\nyour results are in, and all of them are where they should be. The list is attached.\n\n\
                 If the tiredness does not go within two weeks, write to me here and we will look further.\n\nAnna Berg",
            )
            .file(NewFile::bytes("results.txt", results).media_type("text/plain")),
    )
    .await?;
    gina.send(
        Outgoing::new("Thank you")
            .to(anna.address())
            .text("Dear Dr Berg,\n\nwhat a relief. I will write if it does not get better.\n\nGina"),
    )
    .await?;
    ben.send(
        Outgoing::new("Draft agreement for the practice")
            .to(anna.address())
            .cc(gina.address())
            .text("Dear both,\n\nthe draft comes tomorrow. Please keep it between us until it is signed.\n\nBen Ortiz"),
    )
    .await?;
    Ok(())
}

//! `restante program …`: which client programs are in use, and which versions of them may be.

use std::str::FromStr;

use anyhow::Result;
use clap::{Args, Subcommand};
use portal::activations;
use wire::activations::{NotAVersion, Program, ProgramInUse, Version};

use crate::{
    account::{open, or_sentence},
    mail::terminal,
    options::Options,
};

/// What an administrator decides of client programs. It works beside the running portal, as `restante invite` does.
#[derive(Subcommand)]
pub enum Command {
    /// List the client programs that are activated, with their versions
    List(List),
    /// Refuse versions of a program that are too old
    LeastVersion(LeastVersion),
}

/// Does it, with data as JSON where that was asked for.
pub async fn run(command: Command, json: bool) -> Result<()> {
    match command {
        Command::List(list) => list.run(json).await,
        Command::LeastVersion(least) => least.run(json).await,
    }
}

/// List the client programs that are activated: which versions, by how many, and when they were last used.
#[derive(Args)]
#[command(after_help = "Example:
  restante program list --data /var/lib/restante")]
pub struct List {
    #[command(flatten)]
    options: Options,
}

impl List {
    async fn run(self, json: bool) -> Result<()> {
        let portal = open(self.options).await?;
        let programs = async { Ok(activations::programs(&mut *portal.store.read().await?).await?) };
        let programs = or_sentence(programs.await)?;
        portal.store.close().await;
        match json {
            true => println!("{}", serde_json::to_string(&programs)?),
            false => print!("{}", as_text(&programs)),
        }
        Ok(())
    }
}

/// Refuse versions of a program before this one, or none.
///
/// Whoever runs an older one is told to bring in a newer one. Sessions that it has begun go on until they end, an hour at
/// most.
#[derive(Args)]
#[command(after_help = "Examples:
  restante program least-version --data /var/lib/restante outlook 1.2.0
  restante program least-version --data /var/lib/restante outlook none")]
pub struct LeastVersion {
    /// Which program: `outlook`, `command-line`, or another.
    program: Program,

    /// The first version that may be used, or `none` where any may.
    least: Least,

    #[command(flatten)]
    options: Options,
}

impl LeastVersion {
    async fn run(self, json: bool) -> Result<()> {
        let portal = open(self.options).await?;
        let set = async {
            let mut unit = portal.begin_unguarded().await?;
            activations::set_least_version(&mut unit, &self.program, self.least.0).await?;
            Ok(unit.commit().await?)
        };
        or_sentence(set.await)?;
        portal.store.close().await;
        if json {
            let set = serde_json::json!({ "program": self.program, "least_version": self.least.0 });
            println!("{set}");
            return Ok(());
        }
        match self.least.0 {
            Some(least) => println!("Versions of {} before {least} are refused from now on.", self.program),
            None => println!("Any version of {} may be used.", self.program),
        }
        Ok(())
    }
}

/// A version, or none.
#[derive(Clone, Copy)]
struct Least(Option<Version>);

impl FromStr for Least {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        match text {
            "none" => Ok(Self(None)),
            version => version.parse().map(|version| Self(Some(version))),
        }
    }
}

fn as_text(programs: &[ProgramInUse]) -> String {
    let mut text = String::new();
    for program in programs {
        text += &match program.least_version {
            Some(least) => format!("{}, from {least} on\n", program.program),
            None => format!("{}, any version\n", program.program),
        };
        for used in &program.versions {
            let version = used.version.to_string();
            let refused = match program.least_version.is_some_and(|least| used.version < least) {
                true => ", refused now",
                false => "",
            };
            let last = terminal::time(used.last_used_at);
            text += &format!(
                "  {version:<10}{:>6} activated, last used {last}{refused}\n",
                used.activations
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use wire::activations::VersionInUse;

    use super::*;

    #[test]
    fn a_list_says_of_each_version_whether_it_may_be_used() {
        let used = |version: [u32; 3], activations| VersionInUse {
            version: Version(version),
            activations,
            last_used_at: 10,
        };
        let programs = [
            ProgramInUse {
                program: "command-line".parse().unwrap(),
                least_version: None,
                versions: vec![used([0, 1, 0], 1)],
            },
            ProgramInUse {
                program: "outlook".parse().unwrap(),
                least_version: Some(Version([1, 10, 0])),
                versions: vec![used([1, 10, 0], 12), used([1, 9, 0], 3)],
            },
        ];
        let at = terminal::time(10);
        let expected = format!(
            "command-line, any version\n  \
               0.1.0          1 activated, last used {at}\n\
             outlook, from 1.10.0 on\n  \
               1.10.0        12 activated, last used {at}\n  \
               1.9.0          3 activated, last used {at}, refused now\n"
        );
        assert_eq!(as_text(&programs), expected);
    }

    #[test]
    fn none_is_told_from_a_version() {
        let least = |text: &str| text.parse::<Least>().map(|least| least.0);
        assert_eq!(least("none"), Ok(None));
        assert_eq!(least("1.2.0"), Ok(Some(Version([1, 2, 0]))));
        assert!(least("1.2").is_err());
    }
}

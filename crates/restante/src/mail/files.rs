//! `restante files get`.

use std::{
    collections::HashSet,
    path::{Component, Path, PathBuf},
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use client::FileRef;
use serde_json::json;
use wire::ids::DeliveryId;

use super::{access::Access, terminal};

/// What is done with files.
#[derive(Subcommand)]
pub enum Files {
    /// Get files of a message, verify and save them
    Get(Get),
}

/// Get files of a message, verify and save them.
///
/// A message's only file is taken without naming it. A file is saved whole or not at all.
#[derive(Args)]
#[command(after_help = "Examples:
  restante files get 0199ad0e-1f7a-7000-8000-000000000001 contract.pdf
  restante files get 0199ad0e-1f7a-7000-8000-000000000001 --all --output ~/Downloads")]
pub struct Get {
    /// Of which message.
    delivery: DeliveryId,

    /// Which file.
    #[arg(conflicts_with = "all")]
    name: Option<String>,

    /// All of them.
    #[arg(long)]
    all: bool,

    /// The folder to save in.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    output: PathBuf,

    /// Replace files that are there.
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    access: Access,
}

impl Get {
    pub async fn run(self, json: bool) -> Result<()> {
        if !self.output.is_dir() {
            bail!("{} is not a folder", self.output.display());
        }
        let saved = self.access.signed_in(async |session| {
            let received = session.open(self.delivery).await?;
            let wanted = self.wanted(&received.letter.files)?;
            let places = places(&self.output, &wanted);
            if let Some(taken) = places
                .iter()
                .find(|place| !self.force && place.symlink_metadata().is_ok())
            {
                bail!(
                    "{} is there already: choose another --output, or --force",
                    taken.display()
                );
            }
            for (file, place) in wanted.iter().zip(&places) {
                session.save(self.delivery, file, place, self.force).await?;
            }
            let saved = wanted.into_iter().cloned().zip(places);
            Ok(saved.collect::<Vec<(FileRef, PathBuf)>>())
        });
        let saved = saved.await?;
        if json {
            let saved = saved
                .iter()
                .map(|(file, place)| json!({ "name": file.name, "path": place, "size": file.size }));
            println!("{}", json!(saved.collect::<Vec<_>>()));
            return Ok(());
        }
        for (file, place) in saved {
            println!(
                "{} ({})",
                terminal::line(&place.to_string_lossy()),
                terminal::size(file.size)
            );
        }
        Ok(())
    }

    fn wanted<'a>(&self, files: &'a [FileRef]) -> Result<Vec<&'a FileRef>> {
        let names = || {
            files
                .iter()
                .map(|file| terminal::line(&file.name))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match &self.name {
            _ if files.is_empty() => bail!("no file came with this message"),
            Some(name) => {
                let named: Vec<&FileRef> = files.iter().filter(|file| file.name == *name).collect();
                if named.is_empty() {
                    bail!("no file of that name came with this message. These did: {}", names());
                }
                Ok(named)
            }
            None if self.all || files.len() == 1 => Ok(files.iter().collect()),
            None => bail!("say which file, or --all. There are: {}", names()),
        }
    }
}

/// Where files are saved: each directly in the folder, no two in one place.
fn places(folder: &Path, files: &[&FileRef]) -> Vec<PathBuf> {
    let mut taken = HashSet::new();
    let mut place = |file: &&FileRef| {
        let name = inside(&file.name);
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
            _ => (name, String::new()),
        };
        // Some file systems take `A` and `a` for one.
        let mut chosen = name.to_owned();
        let mut number = 2;
        while !taken.insert(chosen.to_lowercase()) {
            chosen = format!("{stem} ({number}){extension}");
            number += 1;
        }
        folder.join(chosen)
    };
    files.iter().map(&mut place).collect()
}

/// The vault gives safe names; this is where an unsafe one would do harm, so it is seen to once more.
fn inside(name: &str) -> &str {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(only)), None) if only == name && !name.contains(['\\', '\0']) => name,
        _ => "file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> FileRef {
        serde_json::from_value(json!({
            "name": name,
            "media_type": "text/plain",
            "size": 1,
            "sha256": "00".repeat(32),
            "key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        }))
        .unwrap()
    }

    fn saved_as(names: &[&str]) -> Vec<String> {
        let files: Vec<FileRef> = names.iter().map(|name| named(name)).collect();
        let places = places(Path::new("/out"), &files.iter().collect::<Vec<_>>());
        places
            .iter()
            .map(|place| place.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn no_name_leaves_the_folder() {
        for name in [
            "../x",
            "/etc/passwd",
            "..",
            ".",
            "",
            "a/b",
            "a/",
            "./a",
            "a\\b",
            "..\\a",
            "C:\\a",
        ] {
            assert_eq!(saved_as(&[name]), ["/out/file"], "{name:?}");
        }
        assert_eq!(saved_as(&["Änderung 2.odt"]), ["/out/Änderung 2.odt"]);
    }

    #[test]
    fn files_of_one_name_get_places_of_their_own() {
        assert_eq!(
            saved_as(&["a.tar.gz", "A.tar.gz", "a.tar.gz", "x", "x", "a.tar (2).gz"]),
            [
                "/out/a.tar.gz",
                "/out/A.tar (2).gz",
                "/out/a.tar (3).gz",
                "/out/x",
                "/out/x (2)",
                "/out/a.tar (2) (2).gz"
            ]
        );
    }
}

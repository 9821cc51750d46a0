//! The demonstration's relay: a folder of mails instead of a mail system.

use std::path::PathBuf;

use futures_util::future::BoxFuture;

use super::{Connection, Mail, Refusal, Relay};

/// Writes each mail as an `.eml` file, named by its outbox row so that names sort by time and a mail sent again replaces
/// itself.
#[derive(Clone, Debug)]
pub struct FolderRelay {
    folder: PathBuf,
}

impl FolderRelay {
    /// A relay into this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Everybody's mails, newest first: the recipient, and the whole message.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn mails(&self) -> std::io::Result<Vec<(String, Vec<u8>)>> {
        let mut names = Vec::new();
        if self.folder.exists() {
            for entry in std::fs::read_dir(&self.folder)? {
                names.push(entry?.path());
            }
        }
        names.sort_unstable_by(|a, b| b.cmp(a));
        names
            .into_iter()
            .map(|path| {
                let bytes = std::fs::read(path)?;
                let to = mail_parser::MessageParser::default()
                    .parse(&bytes)
                    .and_then(|mail| Some(mail.to()?.first()?.address()?.to_owned()));
                Ok((to.unwrap_or_default(), bytes))
            })
            .collect()
    }
}

impl Relay for FolderRelay {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, Refusal>> {
        Box::pin(async move {
            tokio::fs::create_dir_all(&self.folder)
                .await
                .map_err(|_| Refusal::Relay)?;
            Ok(Box::new(self.clone()) as Box<dyn Connection>)
        })
    }

    fn sender(&self) -> &str {
        "portal@restante.example"
    }
}

impl Connection for FolderRelay {
    fn send<'a>(&'a mut self, mail: &'a Mail) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            // Message-ID begins with the outbox row's id, which sorts by time.
            let id = mail_parser::MessageParser::default()
                .parse(&mail.message)
                .and_then(|mail| {
                    mail.message_id()
                        .map(|id| id.split('@').next().unwrap_or(id).to_owned())
                })
                .ok_or(Refusal::Mail)?;
            let path = self.folder.join(format!("{id}.eml"));
            tokio::fs::write(path, &mail.message).await.map_err(|_| Refusal::Relay)
        })
    }

    fn quit(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

//! The cover: what a list shows of a message, sealed by itself so that a list need not fetch bodies.

use serde::{Deserialize, Serialize};
use wire::ids::MessageId;
use zeroize::Zeroizing;

use crate::{
    Error, Letter,
    files::{safe_name, shortened},
    letter::one_line,
};

/// What a list shows of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The subject.
    pub subject: String,
    /// The sender's name as the sender gave it; empty where there is none.
    pub sender_name: String,
    /// The first words of the text, at most 140 characters.
    pub snippet: String,
    /// The names of the first files.
    pub files: Vec<String>,
}

/// A cover is a preview. Bounded, so that a page of them stays small whatever a message holds.
const MAX_SUBJECT: usize = 500;
const MAX_NAME: usize = 200;
const MAX_SNIPPET_CHARS: usize = 140;
const MAX_FILES: usize = 10;

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    v: u8,
    message: MessageId,
    subject: String,
    sender_name: String,
    snippet: String,
    files: Vec<String>,
}

impl Cover {
    /// The cover that goes with a letter.
    pub(crate) fn of(letter: &Letter, sender_name: &str) -> Self {
        // Enough of the text to fill a snippet, so that a long letter is not copied for its first line.
        let start = shortened(&letter.text, 8 * 1024);
        Self {
            subject: shortened(&one_line(&letter.subject), MAX_SUBJECT).to_owned(),
            sender_name: shortened(&one_line(sender_name), MAX_NAME).to_owned(),
            snippet: one_line(start).chars().take(MAX_SNIPPET_CHARS).collect(),
            files: letter
                .files
                .iter()
                .take(MAX_FILES)
                .map(|file| shortened(&safe_name(&file.name), MAX_NAME).to_owned())
                .collect(),
        }
    }

    pub(crate) fn to_json(&self, message: MessageId) -> Result<Zeroizing<Vec<u8>>, Error> {
        let json = Json {
            v: VERSION,
            message,
            subject: self.subject.clone(),
            sender_name: self.sender_name.clone(),
            snippet: self.snippet.clone(),
            files: self.files.clone(),
        };
        serde_json::to_vec(&json)
            .map(Zeroizing::new)
            .map_err(|_| Error::Malformed)
    }

    pub(crate) fn from_json(json: &[u8], message: MessageId) -> Result<Self, Error> {
        let json: Json = serde_json::from_slice(json).map_err(|_| Error::Malformed)?;
        if json.v != VERSION {
            return Err(Error::Unsupported);
        }
        if json.message != message {
            return Err(Error::WrongMessage);
        }
        Ok(Self {
            subject: json.subject,
            sender_name: json.sender_name,
            snippet: json.snippet,
            files: json.files,
        })
    }
}

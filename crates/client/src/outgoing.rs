use std::{
    fmt,
    io::Read,
    path::{Path, PathBuf},
};

use vault::{Addressee, FileRef};
use wire::{Address, ids::DeliveryId};

/// A message to be sent.
#[derive(Default)]
pub struct Outgoing {
    /// To.
    pub to: Vec<Addressee>,
    /// Cc.
    pub cc: Vec<Addressee>,
    /// Bcc: seen by nobody but the sender and themselves.
    pub bcc: Vec<Addressee>,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// What goes with it.
    pub files: Vec<NewFile>,
    /// The delivery that it answers.
    pub in_reply_to: Option<DeliveryId>,
}

impl Outgoing {
    /// A message of that subject.
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            ..Self::default()
        }
    }

    /// One more recipient.
    #[must_use]
    pub fn to(mut self, address: Address) -> Self {
        self.to.push(address.into());
        self
    }

    /// One more recipient, for information.
    #[must_use]
    pub fn cc(mut self, address: Address) -> Self {
        self.cc.push(address.into());
        self
    }

    /// One more recipient of whom the others do not know.
    #[must_use]
    pub fn bcc(mut self, address: Address) -> Self {
        self.bcc.push(address.into());
        self
    }

    /// With that text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// With the same as HTML.
    #[must_use]
    pub fn html(mut self, html: impl Into<String>) -> Self {
        self.html = Some(html.into());
        self
    }

    /// With one more file.
    #[must_use]
    pub fn file(mut self, file: NewFile) -> Self {
        self.files.push(file);
        self
    }

    /// Everybody that it goes to.
    pub fn addressees(&self) -> impl Iterator<Item = &Addressee> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }
}

/// A file to go with a message.
pub struct NewFile {
    pub(crate) name: String,
    pub(crate) media_type: Option<String>,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Path(PathBuf),
    Reader(Box<dyn Read + Send>),
    Stored(FileRef),
}

impl NewFile {
    /// A file of this machine, under its own name. It is read when the message is sealed; its sealed bytes wait in the
    /// system's temporary folder until they are uploaded.
    pub fn at(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self {
            name,
            media_type: None,
            content: Content::Path(path.to_owned()),
        }
    }

    /// What a reader gives, to its end.
    pub fn reader(name: impl Into<String>, reader: impl Read + Send + 'static) -> Self {
        Self {
            name: name.into(),
            media_type: None,
            content: Content::Reader(Box::new(reader)),
        }
    }

    /// These bytes.
    pub fn bytes(name: impl Into<String>, bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::reader(name, std::io::Cursor::new(bytes))
    }

    /// A file of a message that the account holds. It is not uploaded again.
    pub fn stored(file: FileRef) -> Self {
        Self {
            name: file.name.clone(),
            media_type: Some(file.media_type.clone()),
            content: Content::Stored(file),
        }
    }

    /// Under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Of that media type, instead of the one that its name suggests.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    pub(crate) fn kind(&self) -> String {
        match &self.media_type {
            Some(kind) => kind.clone(),
            None => mime_guess::from_path(&self.name).first_or_octet_stream().to_string(),
        }
    }
}

impl fmt::Debug for Outgoing {
    /// What somebody writes stays out of logs and errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Outgoing({} recipients, {} files)",
            self.addressees().count(),
            self.files.len()
        )
    }
}

impl fmt::Debug for NewFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewFile(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_its_name_says() {
        let file = NewFile::at("/somewhere/Report 2.PDF");
        assert_eq!(
            (file.name.as_str(), file.kind().as_str()),
            ("Report 2.PDF", "application/pdf")
        );
        assert_eq!(NewFile::bytes("data", b"x").kind(), "application/octet-stream");
        assert_eq!(NewFile::bytes("x.bin", b"x").named("y.txt").kind(), "text/plain");
        assert_eq!(NewFile::bytes("x.pdf", b"x").media_type("text/x").kind(), "text/x");
    }
}

//! The list of a letter's files, which stands signed inside its body.

use serde::{Deserialize, Serialize};
use wire::Sha256;
use zeroize::Zeroizing;

use crate::{Error, session::SessionKey};

/// All that is needed to fetch a sealed file, open it, and know that it is the right one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// A name to save it under: no path, nothing invisible.
    pub name: String,
    /// Its media type, as its sender's system has it.
    pub media_type: String,
    /// How many bytes it has, opened.
    pub size: u64,
    /// The hash of the sealed bytes: their name in the portal's store.
    pub sha256: Sha256,
    /// The key it is sealed under.
    pub key: SessionKey,
}

pub(crate) fn write_list(files: &[FileRef]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let named: Vec<_> = files.iter().cloned().map(named_safely).collect();
    serde_json::to_vec(&named)
        .map(Zeroizing::new)
        .map_err(|_| Error::Malformed)
}

pub(crate) fn read_list(json: &[u8]) -> Result<Vec<FileRef>, Error> {
    let files: Vec<FileRef> = serde_json::from_slice(json).map_err(|_| Error::Malformed)?;
    Ok(files.into_iter().map(named_safely).collect())
}

fn named_safely(file: FileRef) -> FileRef {
    FileRef {
        name: safe_name(&file.name),
        ..file
    }
}

/// A name that neither leaves the folder it is saved in nor looks like another one (`…gpj.exe` written backwards).
pub(crate) fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|&c| !c.is_control() && !is_invisible(c)).collect();
    let name = visible.trim().trim_start_matches('.');
    match shortened(name, 255) {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// At most `bytes` of it, cut between characters.
pub(crate) fn shortened(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        for (name, safe) in [
            ("report.pdf", "report.pdf"),
            ("../../.ssh/authorized_keys", "authorized_keys"),
            ("C:\\temp\\x.txt", "x.txt"),
            (".bashrc", "bashrc"),
            ("..", "file"),
            ("a\u{202E}gpj.exe", "agpj.exe"),
            ("a\0b\nc", "abc"),
            ("Änderung 2.odt", "Änderung 2.odt"),
        ] {
            assert_eq!(safe_name(name), safe);
        }
        assert_eq!(safe_name(&"ä".repeat(200)).len(), 254);
    }
}

//! The plain objects of `types.d.ts`. Sealed formats have types of their own, in `vault`.

use js_sys::{JSON, Object, Reflect, Uint8Array};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use vault::{Error, SessionKey};
use wasm_bindgen::JsValue;

use crate::failure::{Failure, malformed};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Letter {
    from: Correspondent,
    to: Vec<Correspondent>,
    cc: Vec<Correspondent>,
    subject: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    files: Vec<FileRef>,
}

#[derive(Serialize, Deserialize)]
struct Correspondent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    address: wire::Address,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileRef {
    name: String,
    media_type: String,
    size: u64,
    sha256: wire::Sha256,
    key: SessionKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed_size: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenedLetter {
    #[serde(flatten)]
    letter: Letter,
    date: wire::Millis,
    signed_at: wire::Millis,
    fingerprint: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cover {
    subject: String,
    sender_name: String,
    snippet: String,
    files: Vec<String>,
}

#[derive(Serialize)]
pub(crate) struct CertificateInfo {
    pub(crate) fingerprint: String,
    pub(crate) addresses: Vec<String>,
}

#[derive(Serialize)]
#[serde(tag = "sight", rename_all = "lowercase")]
pub(crate) enum Sight {
    First,
    Same,
    Unconfirmed,
    Succeeded { before: String },
    Changed { before: String },
}

#[derive(Deserialize)]
pub(crate) struct Addressee {
    pub(crate) address: wire::Address,
    #[serde(default)]
    pub(crate) formerly: Option<wire::Address>,
}

#[derive(Serialize)]
pub(crate) struct Reader {
    pub(crate) address: wire::Address,
    pub(crate) fingerprint: String,
    pub(crate) acquaintance: &'static str,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ChangedKey {
    pub(crate) address: wire::Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) formerly: Option<wire::Address>,
    pub(crate) before: String,
    pub(crate) now: String,
}

/// A plain object as JavaScript has it.
pub(crate) fn to_js(value: &impl Serialize) -> Result<JsValue, Failure> {
    let json = serde_json::to_string(value).map_err(malformed)?;
    JSON::parse(&json).map_err(malformed)
}

/// The plain object that JavaScript gave.
pub(crate) fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, Failure> {
    let json = JSON::stringify(value)
        .ok()
        .and_then(|json| json.as_string())
        .ok_or(Error::Malformed)?;
    serde_json::from_str(&json).map_err(malformed)
}

/// A plain object with values that JSON has no form for.
pub(crate) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

/// Bytes as JavaScript has them.
pub(crate) fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

impl From<Letter> for vault::Letter {
    fn from(letter: Letter) -> Self {
        let people = |list: Vec<Correspondent>| list.into_iter().map(Into::into).collect();
        Self {
            from: letter.from.into(),
            to: people(letter.to),
            cc: people(letter.cc),
            subject: letter.subject,
            text: letter.text,
            html: letter.html,
            files: letter.files.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<vault::Letter> for Letter {
    fn from(letter: vault::Letter) -> Self {
        let people = |list: Vec<vault::Correspondent>| list.into_iter().map(Into::into).collect();
        Self {
            from: letter.from.into(),
            to: people(letter.to),
            cc: people(letter.cc),
            subject: letter.subject,
            text: letter.text,
            html: letter.html,
            files: letter.files.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<vault::Opened> for OpenedLetter {
    fn from(opened: vault::Opened) -> Self {
        Self {
            letter: opened.letter.into(),
            date: opened.date,
            signed_at: opened.signed_at,
            fingerprint: opened.fingerprint.to_string(),
        }
    }
}

impl From<vault::Cover> for Cover {
    fn from(cover: vault::Cover) -> Self {
        Self {
            subject: cover.subject,
            sender_name: cover.sender_name,
            snippet: cover.snippet,
            files: cover.files,
        }
    }
}

impl From<vault::Sight> for Sight {
    fn from(sight: vault::Sight) -> Self {
        match sight {
            vault::Sight::First => Self::First,
            vault::Sight::Same => Self::Same,
            vault::Sight::Unconfirmed => Self::Unconfirmed,
            vault::Sight::Succeeded { before } => Self::Succeeded {
                before: before.to_string(),
            },
            vault::Sight::Changed { before } => Self::Changed {
                before: before.to_string(),
            },
        }
    }
}

impl From<Correspondent> for vault::Correspondent {
    fn from(Correspondent { name, address }: Correspondent) -> Self {
        Self { name, address }
    }
}

impl From<vault::Correspondent> for Correspondent {
    fn from(vault::Correspondent { name, address }: vault::Correspondent) -> Self {
        Self { name, address }
    }
}

impl From<FileRef> for vault::FileRef {
    fn from(file: FileRef) -> Self {
        Self {
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            sha256: file.sha256,
            key: file.key,
        }
    }
}

impl From<vault::FileRef> for FileRef {
    fn from(file: vault::FileRef) -> Self {
        let vault::FileRef {
            name,
            media_type,
            size,
            sha256,
            key,
        } = file;
        Self {
            name,
            media_type,
            size,
            sha256,
            key,
            sealed_size: None,
        }
    }
}

impl FileRef {
    /// A file that has just been sealed.
    pub(crate) fn sealed(name: String, media_type: String, file: vault::SealedFile) -> Self {
        let vault::SealedFile {
            key,
            sha256,
            size,
            sealed_size,
        } = file;
        Self {
            name,
            media_type,
            size,
            sha256,
            key,
            sealed_size: Some(sealed_size),
        }
    }
}

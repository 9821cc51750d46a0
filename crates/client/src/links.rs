//! The secrets of links in basic mails, which stand behind the `#`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use wire::{Bytes, claims::LinkToken};

use crate::Error;

/// The secret of a link. Takes the whole link, or what stands behind its `#`.
pub(crate) fn secret(link: &str) -> Result<Bytes, Error> {
    let text = link.trim().rsplit('#').next().unwrap_or_default();
    let secret = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Link)?;
    match secret.len() {
        32 => Ok(secret.into()),
        _ => Err(Error::Link),
    }
}

/// The same, as the routes for claims and alarms take it.
pub(crate) fn token(link: &str) -> Result<LinkToken, Error> {
    secret(link).map(|token| LinkToken { token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_and_its_secret_alone_are_the_same() {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let link = format!(" https://portal.example.org/register#{text}\n");
        let whole = secret(&link).unwrap();
        assert_eq!(whole.as_ref(), (0..32).collect::<Vec<u8>>());
        assert_eq!(secret(text).unwrap(), whole);
        for wrong in [
            "",
            "https://portal.example.org/register",
            "#AAEC",
            &format!("{link}#x="),
        ] {
            assert!(matches!(secret(wrong), Err(Error::Link)), "{wrong}");
        }
    }
}

//! Statements of succession: what the key that an address had says of the key that it has now.

use certificate::{Certificate, Fingerprint};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use wire::{Address, Millis};

use crate::{Error, Vault, signed};

const VERSION: u8 = 1;
const KIND: &str = "succession";

/// How many steps are followed. An address rarely passes to another account even once.
const MAX_STEPS: usize = 8;

/// What is signed. Neither a cover nor a letter can be taken for it, nor it for one of them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    v: u8,
    kind: String,
    /// In canonical form.
    address: String,
    from: String,
    to: String,
}

/// One key's word for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) from: Fingerprint,
    pub(crate) to: Fingerprint,
}

impl Vault {
    /// Signs that whoever knew the account's own key under `address` is to take `successor` for it from now on.
    pub fn succession(
        &self,
        address: &Address,
        successor: Fingerprint,
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Vec<u8>, Error> {
        let json = Json {
            v: VERSION,
            kind: KIND.to_owned(),
            address: address.canonical().to_owned(),
            from: self.certificate().fingerprint().to_string(),
            to: successor.to_string(),
        };
        let json = serde_json::to_vec(&json).map_err(|_| Error::Malformed)?;
        Ok(signed::sign(&json, self.own(), now, rng)?.to_vec())
    }
}

/// The steps that these certificates' keys really signed for this address. Whatever else was given counts for nothing.
pub(crate) fn steps(address: &Address, predecessors: &[(Certificate, Vec<u8>)]) -> Vec<Step> {
    predecessors
        .iter()
        .take(MAX_STEPS)
        .filter_map(|(certificate, statement)| {
            let (json, _) = signed::verify(statement, certificate).ok()?;
            let step = read(&json, address)?;
            (step.from == certificate.fingerprint()).then_some(step)
        })
        .collect()
}

/// Whether the steps lead from one key to the other. In which order they come does not matter, nor that some lead
/// elsewhere or back: an address may return to an account that it had left.
pub(crate) fn lead(steps: &[Step], from: Fingerprint, to: Fingerprint) -> bool {
    let mut reached = vec![from];
    for _ in steps {
        for step in steps {
            if reached.contains(&step.from) && !reached.contains(&step.to) {
                reached.push(step.to);
            }
        }
    }
    reached.contains(&to)
}

/// Reads what was signed; none where it is no statement of succession for this address.
pub(crate) fn read(json: &[u8], address: &Address) -> Option<Step> {
    let json: Json = serde_json::from_slice(json).ok()?;
    if json.v != VERSION || json.kind != KIND || json.address != address.canonical() {
        return None;
    }
    Some(Step {
        from: json.from.parse().ok()?,
        to: json.to.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    const NOW: Millis = 1_764_000_000_000;

    /// A key may sign what it likes: only a whole statement of this form, about itself, is one.
    #[test]
    fn signed_by_the_right_key_and_no_statement() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let address: Address = "carol@example.test".parse().unwrap();
        let account = wire::ids::AccountId(uuid::Uuid::nil());
        let vault = Vault::create(account, &address, NOW, rng).unwrap();
        let (own, to) = (vault.certificate().fingerprint(), Fingerprint([7; 32]));
        let mut steps_of = |json: &str| {
            let statement = signed::sign(json.as_bytes(), vault.own(), NOW, rng).unwrap().to_vec();
            steps(&address, &[(vault.certificate().clone(), statement)])
        };
        let good =
            format!(r#"{{"v":1,"kind":"succession","address":"carol@example.test","from":"{own}","to":"{to}"}}"#);
        assert_eq!(steps_of(&good), [Step { from: own, to }]);
        for (part, other) in [
            ("\"v\":1", "\"v\":2"),
            ("succession", "cover"),
            ("carol@", "Carol@"),
            ("carol@example", "carol@example.test@example"),
            (&own.to_string(), &to.to_string()),
            (&to.to_string(), &to.to_string().replace('7', "A")),
            (&to.to_string(), ""),
            ("{", "{\"more\":1,"),
            ("{", "{\"v\":1,"),
            ("}", "}}"),
            ("}", ""),
        ] {
            assert_eq!(steps_of(&good.replacen(part, other, 1)), [], "{part} {other}");
        }
    }
}

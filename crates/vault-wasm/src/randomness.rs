use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use vault::Error;
use wasm_bindgen::prelude::*;

use crate::failure::Failure;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// A generator for one call, seeded by the browser.
pub(crate) fn draw() -> Result<ChaCha20Rng, Failure> {
    let mut seed = [0; 32];
    get_random_values(&mut seed).map_err(|_| Error::Unsupported)?;
    let rng = ChaCha20Rng::from_seed(seed);
    seed.fill(0);
    Ok(rng)
}

//! Files, sealed and opened as they stream.

use std::io::{self, BufReader, Read};

use js_sys::{Function, Uint8Array};
use vault::Error;
use wasm_bindgen::{JsCast as _, prelude::*};

use crate::{
    failure::Failure,
    plain::{FileRef, from_js, to_js},
    randomness::draw,
};

/// How much is asked of JavaScript, and given to it, at a time.
const CHUNK: usize = 256 * 1024;

/// Seals a file. Call `next` until it gives `undefined`, then `finish`.
#[wasm_bindgen]
pub struct FileSealer {
    sealer: vault::FileSealer<BufReader<JsFile>>,
    name: String,
    media_type: String,
}

#[wasm_bindgen]
impl FileSealer {
    /// Seals `size` bytes that `read` gives.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "ReadAt")] read: Function,
        size: f64,
        name: String,
        #[wasm_bindgen(js_name = mediaType)] media_type: String,
    ) -> Result<FileSealer, JsValue> {
        let sealer = vault::FileSealer::new(JsFile::new(read, size), &mut draw()?).map_err(Failure::from)?;
        Ok(Self {
            sealer,
            name,
            media_type,
        })
    }

    /// The next sealed bytes.
    #[wasm_bindgen(js_name = next)]
    pub fn advance(&mut self) -> Result<Option<Vec<u8>>, JsValue> {
        Ok(chunk(&mut self.sealer)?)
    }

    /// What is to be written into the letter. Uses the sealer up.
    #[wasm_bindgen(unchecked_return_type = "SealedFile")]
    pub fn finish(self) -> Result<JsValue, JsValue> {
        let file = self.sealer.finish().map_err(Failure::from)?;
        Ok(to_js(&FileRef::sealed(self.name, self.media_type, file))?)
    }
}

/// Opens a file. Call `next` until it gives `undefined`; when it throws, all that it gave before is void.
#[wasm_bindgen]
pub struct FileOpener {
    opener: vault::FileOpener<BufReader<JsFile>>,
}

#[wasm_bindgen]
impl FileOpener {
    /// Opens the `sealedSize` bytes that `read` gives as the file that the letter names.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "ReadAt")] read: Function,
        #[wasm_bindgen(js_name = sealedSize)] sealed_size: f64,
        #[wasm_bindgen(unchecked_param_type = "FileRef")] file: JsValue,
    ) -> Result<FileOpener, JsValue> {
        let file: FileRef = from_js(&file)?;
        let opener = vault::FileOpener::new(JsFile::new(read, sealed_size), &file.into()).map_err(Failure::from)?;
        Ok(Self { opener })
    }

    /// The next bytes of the file.
    #[wasm_bindgen(js_name = next)]
    pub fn advance(&mut self) -> Result<Option<Vec<u8>>, JsValue> {
        Ok(chunk(&mut self.opener)?)
    }
}

fn chunk(source: &mut impl Read) -> Result<Option<Vec<u8>>, Failure> {
    let mut chunk = Vec::with_capacity(CHUNK);
    source.take(CHUNK as u64).read_to_end(&mut chunk)?;
    Ok((!chunk.is_empty()).then_some(chunk))
}

/// Reads what a JavaScript function gives.
struct JsFile {
    read: Function,
    offset: f64,
    size: f64,
}

impl JsFile {
    fn new(read: Function, size: f64) -> BufReader<Self> {
        BufReader::with_capacity(
            CHUNK,
            Self {
                read,
                offset: 0.0,
                size,
            },
        )
    }
}

impl Read for JsFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = (self.size - self.offset).min(buffer.len() as f64);
        if wanted <= 0.0 {
            return Ok(0);
        }
        let given = self
            .read
            .call2(&JsValue::UNDEFINED, &self.offset.into(), &wanted.into())
            .ok()
            .and_then(|given| given.dyn_into::<Uint8Array>().ok())
            .filter(|given| given.length() > 0 && f64::from(given.length()) <= wanted)
            // The file was changed or taken away while it was read.
            .ok_or(Error::Unreadable)?;
        let length = given.length() as usize;
        given.copy_to(&mut buffer[..length]);
        self.offset += f64::from(given.length());
        Ok(length)
    }
}

//! Files, sealed and opened as they stream: never more than a few chunks are in memory.

use std::{
    fmt,
    io::{self, BufRead, BufReader, Chain, Cursor, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use rand::{CryptoRng, RngCore};
use sha2::{Digest as _, Sha256 as Hasher};
use wire::Sha256;

use crate::{
    Error, FileRef, SessionKey,
    frame::{CHUNK, Framed, Unframed},
    seipd::{Decryptor, Encryptor},
};

/// RFC 9580 section 5.9: the packet type of literal data.
const LITERAL: u8 = 11;

/// The head of a literal data packet: binary, no name, no date. The name stands in the letter, which is signed.
const LITERAL_HEAD: [u8; 6] = [b'b', 0, 0, 0, 0, 0];

/// Reads the sealed bytes of the file that `R` reads: an encrypted data packet of a literal data packet, under a key of
/// its own.
pub struct FileSealer<R: Read> {
    sealed: Encryptor<Literal<R>>,
    key: SessionKey,
    hash: Hasher,
    size: Arc<AtomicU64>,
    sealed_size: u64,
    ended: bool,
}

/// A literal data packet: its head, then the file.
type Literal<R> = Framed<Chain<Cursor<[u8; LITERAL_HEAD.len()]>, Counted<R>>>;

/// What came of sealing a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFile {
    /// The key it is sealed under.
    pub key: SessionKey,
    /// The hash of the sealed bytes: their name in the portal's store.
    pub sha256: Sha256,
    /// How many bytes it has.
    pub size: u64,
    /// How many bytes it has, sealed.
    pub sealed_size: u64,
}

impl<R: Read> FileSealer<R> {
    /// Seals what `file` reads, under a fresh key.
    pub fn new(file: R, rng: &mut (impl CryptoRng + RngCore)) -> Result<Self, Error> {
        let key = SessionKey::generate(rng);
        let size = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            file,
            size: Arc::clone(&size),
        };
        let literal = Framed::new(LITERAL, Cursor::new(LITERAL_HEAD).chain(counted));
        let sealed = Encryptor::new(&key.0, literal, rng)?;
        Ok(Self {
            sealed,
            key,
            hash: Hasher::new(),
            size,
            sealed_size: 0,
            ended: false,
        })
    }

    /// What is to be written into the letter; [`Error::Truncated`] before all was read.
    pub fn finish(self) -> Result<SealedFile, Error> {
        if !self.ended {
            return Err(Error::Truncated);
        }
        Ok(SealedFile {
            key: self.key,
            sha256: Sha256(self.hash.finalize().into()),
            size: self.size.load(Ordering::Relaxed),
            sealed_size: self.sealed_size,
        })
    }
}

impl<R: Read> Read for FileSealer<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.sealed.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.sealed_size += read as u64;
        self.ended |= read == 0 && !buffer.is_empty();
        Ok(read)
    }
}

/// Reads the file whose sealed bytes `R` reads.
///
/// Every chunk it gives is authentic. That it was the file the letter names, and all of it, is certain only at the end:
/// what was saved before an error must be thrown away. Errors come as an [`io::Error`] that [`Error::from`] takes apart.
pub struct FileOpener<R: Read> {
    opened: Option<Unframed<Decryptor<Hashed<R>>>>,
    sha256: Sha256,
    size: u64,
    left: u64,
}

impl<R: Read> FileOpener<R> {
    /// Opens what `sealed` reads as the file that the letter names.
    pub fn new(sealed: R, file: &FileRef) -> Result<Self, Error> {
        let sealed = Hashed {
            sealed: BufReader::with_capacity(CHUNK, sealed),
            hash: Hasher::new(),
        };
        let mut opened = Unframed::new(LITERAL, Decryptor::new(&file.key.0, sealed)?)?;
        let mut head = [0; LITERAL_HEAD.len()];
        opened.read_exact(&mut head)?;
        if head != LITERAL_HEAD {
            return Err(Error::Unsupported);
        }
        Ok(Self {
            opened: Some(opened),
            sha256: file.sha256,
            size: file.size,
            left: file.size,
        })
    }

    /// How many bytes the file has, as the letter says.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// A recipient knows the file's key, and could make another file that opens with it. The hash stands in the signed
    /// letter, and settles whose file this is.
    fn check_whole(opened: Unframed<Decryptor<Hashed<R>>>, sha256: Sha256, left: u64) -> io::Result<()> {
        let hash = Sha256(opened.into_inner().into_inner().hash.finalize().into());
        if hash == sha256 && left == 0 {
            Ok(())
        } else {
            Err(Error::WrongFile.into())
        }
    }
}

impl<R: Read> Read for FileOpener<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Gone after the end, and after an error: what follows one is no part of the file.
        let Some(mut opened) = self.opened.take() else {
            return Ok(0);
        };
        let read = opened.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            Self::check_whole(opened, self.sha256, self.left)?;
            return Ok(0);
        }
        self.left = self.left.checked_sub(read as u64).ok_or(Error::WrongFile)?;
        self.opened = Some(opened);
        Ok(read)
    }
}

impl<R: Read> fmt::Debug for FileSealer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSealer(…)")
    }
}

impl<R: Read> fmt::Debug for FileOpener<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileOpener({})", self.sha256)
    }
}

/// Counts what is read. The encryptor in between gives its source back to nobody.
struct Counted<R> {
    file: R,
    size: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.size.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Hashes what is consumed.
struct Hashed<R> {
    sealed: BufReader<R>,
    hash: Hasher,
}

impl<R: Read> BufRead for Hashed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.sealed.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let consumed = amount.min(self.sealed.buffer().len());
        self.hash.update(&self.sealed.buffer()[..consumed]);
        self.sealed.consume(consumed);
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

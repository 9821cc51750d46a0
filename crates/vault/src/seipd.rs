//! The one way in which anything is encrypted here: an OpenPGP version 2 symmetrically encrypted and integrity protected
//! data packet (RFC 9580 section 5.13.2) with AES-256, OCB, 64 KiB chunks, and a key derived from a random salt.

use std::io::{self, BufRead, Chain, Cursor, Read};

use certificate::{ENCRYPTED_DATA_HEAD as HEAD, ENCRYPTED_DATA_TYPE as TYPE, SALT_BYTES};
use pgp::{
    crypto::{
        aead::{AeadAlgorithm, ChunkSize, StreamDecryptor, StreamEncryptor},
        sym::SymmetricKeyAlgorithm,
    },
    packet::SymEncryptedProtectedData,
};
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::{
    Error,
    frame::{Framed, Unframed},
};

/// Reads the encrypted packet of what `plaintext` reads.
pub(crate) struct Encryptor<R: Read>(Framed<Chain<Cursor<Vec<u8>>, StreamEncryptor<R>>>);

impl<R: Read> Encryptor<R> {
    pub(crate) fn new(key: &[u8; 32], plaintext: R, rng: &mut (impl CryptoRng + RngCore)) -> Result<Self, Error> {
        let mut salt = [0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        let stream = SymEncryptedProtectedData::encrypt_seipdv2_stream(
            SymmetricKeyAlgorithm::AES256,
            AeadAlgorithm::Ocb,
            ChunkSize::C64KiB,
            key,
            salt,
            plaintext,
        )
        .map_err(|_| Error::Unsupported)?;
        let header = Cursor::new([&HEAD[..], &salt].concat());
        Ok(Self(Framed::new(TYPE, header.chain(stream))))
    }
}

impl<R: Read> Read for Encryptor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

/// Reads the plaintext of the encrypted packet that `source` reads. Only when it has been read to its end without an
/// error is the whole authentic; each chunk before is authentic by itself.
pub(crate) struct Decryptor<R: BufRead>(StreamDecryptor<Unframed<R>>);

impl<R: BufRead> Decryptor<R> {
    pub(crate) fn new(key: &[u8; 32], source: R) -> Result<Self, Error> {
        let mut packet = Unframed::new(TYPE, source)?;
        let mut header = [0; HEAD.len()];
        read_exact(&mut packet, &mut header)?;
        if header != HEAD {
            return Err(Error::Unsupported);
        }
        let mut salt = [0; SALT_BYTES];
        read_exact(&mut packet, &mut salt)?;
        StreamDecryptor::new_rfc9580(
            SymmetricKeyAlgorithm::AES256,
            AeadAlgorithm::Ocb,
            ChunkSize::C64KiB,
            &salt,
            key,
            packet,
        )
        .map(Self)
        .map_err(|_| Error::Unsupported)
    }
}

impl<R: BufRead> Decryptor<R> {
    pub(crate) fn into_inner(self) -> R {
        self.0.into_inner().into_inner()
    }

    fn failed(error: io::Error) -> io::Error {
        match error.kind() {
            // The library's own complaint: the authentication tag.
            io::ErrorKind::InvalidInput => Error::Damaged.into(),
            io::ErrorKind::UnexpectedEof => Error::Truncated.into(),
            _ => error,
        }
    }
}

impl<R: BufRead> BufRead for Decryptor<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf().map_err(Self::failed)
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

impl<R: BufRead> Read for Decryptor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(Self::failed)
    }
}

/// Encrypts what fits in memory.
pub(crate) fn encrypt(
    key: &[u8; 32],
    plaintext: &[u8],
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Vec<u8>, Error> {
    let mut packet = Vec::with_capacity(plaintext.len() + plaintext.len() / 1024 + 128);
    Encryptor::new(key, plaintext, rng)?.read_to_end(&mut packet)?;
    Ok(packet)
}

/// Decrypts what fits in memory.
pub(crate) fn decrypt(key: &[u8; 32], packet: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    // Long enough from the start: a growing Vec leaves copies behind that nobody wipes.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(packet.len()));
    Decryptor::new(key, packet)?.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}

fn read_exact(source: &mut impl Read, buffer: &mut [u8]) -> Result<(), Error> {
    source.read_exact(buffer).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::Truncated,
        _ => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;
    use crate::frame::CHUNK;

    #[test]
    fn plaintext_comes_back_whole_or_not_at_all() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 4 * CHUNK + 17] {
            let plaintext = vec![9; length];
            let packet = encrypt(&[1; 32], &plaintext, &mut rng).unwrap();
            assert_eq!(*decrypt(&[1; 32], &packet).unwrap(), plaintext);
            assert_eq!(decrypt(&[2; 32], &packet), Err(Error::Damaged));
            assert_eq!(decrypt(&[1; 32], &packet[..packet.len() - 1]), Err(Error::Truncated));
        }
    }

    #[test]
    fn weaker_modes_are_refused() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let packet = encrypt(&[1; 32], b"x", &mut rng).unwrap();
        for (at, value) in [(2, 1), (3, 7), (4, 1), (4, 3), (5, 6)] {
            let mut other = packet.clone();
            other[at] = value;
            assert_eq!(decrypt(&[1; 32], &other), Err(Error::Unsupported));
        }
    }
}

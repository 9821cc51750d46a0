//! The framing of OpenPGP data packets (RFC 9580 section 4.2), both ways, in bounded memory.

use std::io::{self, BufRead, Read};

use certificate::PieceLength;

use crate::Error;

/// How much of a packet is in memory at a time, and the length of each partial body.
pub(crate) const CHUNK: usize = 64 * 1024;

/// The partial body length octet for [`CHUNK`] (RFC 9580 section 4.2.1.4): 224 + log2.
const PARTIAL_CHUNK: u8 = 224 + CHUNK.ilog2() as u8;

/// Reads the packet whose body is what `body` reads.
pub(crate) struct Framed<R> {
    body: R,
    /// The frame that is being read out, with its length octets.
    frame: Vec<u8>,
    read: usize,
    last: bool,
    header: Option<u8>,
}

impl<R: Read> Framed<R> {
    /// `packet_type` as in RFC 9580 section 5.
    pub(crate) fn new(packet_type: u8, body: R) -> Self {
        Self {
            body,
            frame: Vec::new(),
            read: 0,
            last: false,
            header: Some(0xC0 | packet_type),
        }
    }

    fn next_frame(&mut self) -> io::Result<()> {
        self.frame.clear();
        self.read = 0;
        let mut chunk = Vec::with_capacity(CHUNK);
        self.body.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
        self.last = chunk.len() < CHUNK;
        self.frame.extend(self.header.take());
        match chunk.len() {
            CHUNK => self.frame.push(PARTIAL_CHUNK),
            len @ 0..192 => self.frame.push(len as u8),
            len @ 192..8384 => self.frame.extend([((len - 192) >> 8) as u8 + 192, (len - 192) as u8]),
            len => {
                self.frame.push(255);
                self.frame.extend((len as u32).to_be_bytes());
            }
        }
        self.frame.append(&mut chunk);
        Ok(())
    }
}

impl<R: Read> Read for Framed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.frame.len() && !self.last {
            self.next_frame()?;
        }
        let read = (&self.frame[self.read..]).read(buffer)?;
        self.read += read;
        Ok(read)
    }
}

/// Reads the body of the packet that `source` reads, which must be the last one there.
pub(crate) struct Unframed<R> {
    source: R,
    left: u64,
    last: bool,
    ended: bool,
}

impl<R: BufRead> Unframed<R> {
    pub(crate) fn new(packet_type: u8, mut source: R) -> Result<Self, Error> {
        if octet(&mut source)? != 0xC0 | packet_type {
            return Err(Error::Malformed);
        }
        let mut body = Self {
            source,
            left: 0,
            last: false,
            ended: false,
        };
        body.next_length()?;
        Ok(body)
    }

    pub(crate) fn into_inner(self) -> R {
        self.source
    }

    fn next_length(&mut self) -> Result<(), Error> {
        let PieceLength { octets, is_last } = PieceLength::read(|| octet(&mut self.source))?;
        (self.left, self.last) = (octets, is_last);
        Ok(())
    }
}

fn octet(source: &mut impl BufRead) -> Result<u8, Error> {
    let first = source.fill_buf()?.first().copied().ok_or(Error::Truncated)?;
    source.consume(1);
    Ok(first)
}

impl<R: BufRead> BufRead for Unframed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.left == 0 && !self.last {
            self.next_length()?;
        }
        if self.left == 0 {
            if !self.ended && !self.source.fill_buf()?.is_empty() {
                return Err(Error::Malformed.into());
            }
            self.ended = true;
            return Ok(&[]);
        }
        let available = self.source.fill_buf()?;
        if available.is_empty() {
            return Err(Error::Truncated.into());
        }
        let length = available.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        Ok(&available[..length])
    }

    fn consume(&mut self, amount: usize) {
        self.source.consume(amount);
        self.left = self.left.saturating_sub(amount as u64);
    }
}

impl<R: BufRead> Read for Unframed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back() {
        for length in [0, 1, 191, 192, 8383, 8384, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let body = vec![7; length];
            let mut packet = Vec::new();
            Framed::new(18, &body[..]).read_to_end(&mut packet).unwrap();
            let mut back = Vec::new();
            Unframed::new(18, &packet[..]).unwrap().read_to_end(&mut back).unwrap();
            assert_eq!(back, body);

            packet.push(0);
            let trailing = Unframed::new(18, &packet[..])
                .unwrap()
                .read_to_end(&mut back)
                .unwrap_err();
            assert_eq!(Error::from(trailing), Error::Malformed);
            if length > 0 {
                let cut = &packet[..packet.len() - 2];
                let error = Unframed::new(18, cut).and_then(|mut body| Ok(body.read_to_end(&mut back)?));
                assert_eq!(error, Err(Error::Truncated), "{length}");
            }
        }
    }
}

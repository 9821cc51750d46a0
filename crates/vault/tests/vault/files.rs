//! Files, whole and not.

use std::io::Read as _;

use vault::{Error, FileOpener, FileRef, FileSealer, Letter};

use crate::people::{NOW, letter, message, person, readers, rng};

const CHUNK: usize = 64 * 1024;

fn sealed(content: &[u8], seed: u64) -> (Vec<u8>, FileRef) {
    let mut sealer = FileSealer::new(content, &mut rng(seed)).unwrap();
    let mut bytes = Vec::new();
    sealer.read_to_end(&mut bytes).unwrap();
    let file = sealer.finish().unwrap();
    assert_eq!(
        (file.size, file.sealed_size),
        (content.len() as u64, bytes.len() as u64)
    );
    assert_eq!(file.sha256, wire::Sha256::of(&bytes));
    let named = FileRef {
        name: "report.pdf".into(),
        media_type: "application/pdf".into(),
        size: file.size,
        sha256: file.sha256,
        key: file.key,
    };
    (bytes, named)
}

fn opened(bytes: &[u8], file: &FileRef) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    FileOpener::new(bytes, file)?.read_to_end(&mut content)?;
    Ok(content)
}

#[test]
fn files_of_every_size_come_back() {
    for size in [0, 1, CHUNK - 6, CHUNK, CHUNK + 1, 5 * CHUNK + 3] {
        let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        let (bytes, file) = sealed(&content, 1);
        assert_eq!(opened(&bytes, &file).unwrap(), content, "{size}");
    }
}

#[test]
fn a_file_goes_with_its_letter() {
    let (bytes, file) = sealed(b"content", 1);
    let anna = person("anna", 1);
    let letter = Letter {
        files: vec![file],
        ..letter()
    };
    let sealed = anna
        .seal(&letter, message(1), "Anna", &readers(&anna, &[]), NOW, &mut rng(3))
        .unwrap();
    let packet = &sealed.key_packets[0].packet;
    let cover = anna
        .open_cover(message(1), packet, &sealed.cover, anna.certificate(), NOW)
        .unwrap();
    assert_eq!(cover.files, ["report.pdf"]);
    let back = anna
        .open_body(message(1), packet, &sealed.body, anna.certificate(), NOW)
        .unwrap();
    assert_eq!(back.letter, letter);
    assert_eq!(opened(&bytes, &back.letter.files[0]).unwrap(), b"content");
}

#[test]
fn another_key_opens_nothing() {
    let (bytes, file) = sealed(b"content", 1);
    let (_, other) = sealed(b"content", 2);
    assert_eq!(
        opened(&bytes, &FileRef { key: other.key, ..file }).unwrap_err(),
        Error::Damaged
    );
}

#[test]
fn another_file_is_noticed() {
    // A recipient knows the key, and seals something else under it.
    let (bytes, file) = sealed(b"I agree", 1);
    let (forged, _) = sealed(b"I refuse", 1);
    assert_eq!(opened(&forged, &file).unwrap_err(), Error::WrongFile);
    assert_eq!(
        opened(
            &bytes,
            &FileRef {
                size: 8,
                ..file.clone()
            }
        )
        .unwrap_err(),
        Error::WrongFile
    );
    assert_eq!(
        opened(&bytes, &FileRef { size: 6, ..file }).unwrap_err(),
        Error::WrongFile
    );
}

#[test]
fn missing_and_trailing_bytes_are_noticed() {
    let content = vec![7; 3 * CHUNK];
    let (bytes, file) = sealed(&content, 1);
    for length in [0, 1, 20, 40, 200, CHUNK, CHUNK + 1, 2 * CHUNK + 2, bytes.len() - 1] {
        assert_eq!(
            opened(&bytes[..length], &file).unwrap_err(),
            Error::Truncated,
            "{length}"
        );
    }
    let mut trailing = bytes.clone();
    trailing.push(0);
    assert_eq!(opened(&trailing, &file).unwrap_err(), Error::Malformed);
}

#[test]
fn a_file_cut_between_chunks_and_closed_again_is_noticed() {
    let content = vec![7; 3 * CHUNK];
    let (bytes, file) = sealed(&content, 1);
    // Type octet, then frames of one length octet and 64 KiB: keep two, and end the packet there.
    let frame = 1 + CHUNK;
    let mut cut = bytes[..1 + 2 * frame].to_vec();
    cut.push(0);
    assert_eq!(opened(&cut, &file).unwrap_err(), Error::Damaged);
    let mut swapped = bytes.clone();
    let (first, second) = swapped[1..].split_at_mut(frame);
    first[100..].swap_with_slice(&mut second[100..frame]);
    assert_eq!(opened(&swapped, &file).unwrap_err(), Error::Damaged);
}

#[test]
fn no_byte_can_be_changed() {
    let (bytes, file) = sealed(&vec![7; 300], 1);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        assert!(opened(&changed, &file).is_err(), "{at}");
    }
}

#[test]
fn sealing_must_be_finished() {
    let content = vec![7; 3 * CHUNK];
    let mut sealer = FileSealer::new(&content[..], &mut rng(1)).unwrap();
    sealer.read_exact(&mut [0; 1000]).unwrap();
    assert_eq!(sealer.finish().unwrap_err(), Error::Truncated);
}

#[test]
fn a_source_that_fails_is_told_apart_from_a_damaged_file() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let (bytes, file) = sealed(&vec![7; 3 * CHUNK], 1);
    let mut content = Vec::new();
    let broken = bytes[..CHUNK].chain(Broken);
    let opened = FileOpener::new(broken, &file).and_then(|mut file| Ok(file.read_to_end(&mut content)?));
    assert_eq!(opened.unwrap_err(), Error::Unreadable);
}

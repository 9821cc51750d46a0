//! What looks sealed from outside and is not: for tests to which it matters what a thing is, and not that it opens. Real
//! sealing is slow. That a portal takes such things is said in docs/threat-model.md.

use certificate::{ENCRYPTED_DATA_HEAD, ENCRYPTED_DATA_TYPE, Fingerprint, PieceLength, SALT_BYTES};

/// What a frame takes: its type, and a length in five octets.
const FRAME_BYTES: usize = 6;
/// What stands before what would be the first chunk.
const BEGINNING_BYTES: usize = FRAME_BYTES + ENCRYPTED_DATA_HEAD.len() + SALT_BYTES;

/// Encrypted data of exactly that many bytes, which nobody encrypted. It begins with `content`.
pub fn sheet(content: &[u8], bytes: usize) -> Vec<u8> {
    let mut sheet = vec![0xC0 | ENCRYPTED_DATA_TYPE, 255];
    sheet.extend(u32::try_from(bytes - FRAME_BYTES).unwrap().to_be_bytes());
    sheet.extend(ENCRYPTED_DATA_HEAD);
    sheet.extend([0; SALT_BYTES]);
    sheet.extend(content);
    assert!(sheet.len() + 16 <= bytes, "no room for a tag");
    sheet.resize(bytes, 7);
    sheet
}

/// Encrypted data of whatever size that holds.
pub fn enclose(content: &[u8]) -> Vec<u8> {
    let mut lined = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    lined.extend(content);
    sheet(&lined, BEGINNING_BYTES + lined.len() + 48)
}

/// What was [enclosed](enclose).
pub fn enclosed(sheet: &[u8]) -> &[u8] {
    let (length, content) = sheet[BEGINNING_BYTES..].split_first_chunk().unwrap();
    &content[..u32::from_be_bytes(*length) as usize]
}

/// A key packet for the key of that fingerprint, with a note of at most 1 000 bytes in the place of what it would carry.
pub fn key_packet(subkey: Fingerprint, note: &[u8]) -> Vec<u8> {
    // Version, what names the key, ML-KEM-768+X25519, a point of full order, what ML-KEM makes, the wrapped session key.
    let mut body = vec![6, 33, 6];
    body.extend(subkey.0);
    body.push(35);
    body.extend([9; 32]);
    let mut made = note.to_vec();
    made.resize(1088, 0);
    body.extend(made);
    body.push(40);
    body.extend([0; 40]);
    let length = body.len() - 192;
    let head = [0xC1, (length >> 8) as u8 + 192, length as u8];
    [&head[..], &body].concat()
}

/// From which byte of a [key packet](key_packet) on its note stands.
pub const NOTE_AT: usize = 71;

/// A key packet, and what comes behind it.
pub fn split_parcel(parcel: &[u8]) -> (&[u8], &[u8]) {
    let mut octets = parcel[1..].iter();
    let length = PieceLength::read(|| octets.next().copied().ok_or("no length")).unwrap();
    let head = parcel.len() - octets.len();
    parcel.split_at(head + usize::try_from(length.octets).unwrap())
}

#[test]
fn it_looks_sealed() {
    let key = Fingerprint([8; 32]);
    let packet = key_packet(key, b"to nobody");
    assert_eq!(certificate::ensure_key_packet_for(&packet, key), Ok(()));
    assert!(packet[NOTE_AT..].starts_with(b"to nobody"));
    for content in [&b""[..], b"hello", &[1; 70_000]] {
        let parcel = [&packet[..], &enclose(content)].concat();
        assert_eq!(certificate::ensure_sealed_for(&parcel, key), Ok(()));
        let (first, second) = split_parcel(&parcel);
        assert_eq!((first, enclosed(second)), (&packet[..], content));
    }
    assert_eq!(certificate::ensure_sealed(&sheet(&[1], 100)), Ok(()));
}

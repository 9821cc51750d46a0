//! Bytes from a server, taken for a certificate: refused, or of one spelling and whole in every reduction.
#![no_main]

use certificate::Certificate;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(certificate) = Certificate::parse(bytes) else { return };
    assert_eq!(certificate.to_bytes(), bytes);
    let _ = (certificate.expires_at(), certificate.check_at(i64::MAX));
    for user_id in certificate.user_ids() {
        let reduced = certificate.reduced_to(user_id).and_then(|reduced| Certificate::parse(&reduced.to_bytes()));
        assert_eq!(reduced.map(|reduced| reduced.fingerprint()), Ok(certificate.fingerprint()));
    }
});

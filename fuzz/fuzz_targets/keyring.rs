//! Bytes taken for a secret key.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vault::fuzzing::keyring(bytes));

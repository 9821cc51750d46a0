//! Bytes from inside a parcel, taken for secret keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vault::fuzzing::keyring(bytes));

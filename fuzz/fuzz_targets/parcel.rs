//! Bytes from inside a parcel, taken for what its giver signed.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vault::fuzzing::parcel(bytes));

//! Bytes from a server, taken for a key packet and for a parcel.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vault::fuzzing::key_packet(bytes));

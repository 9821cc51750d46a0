//! Bytes from a server, taken for what one key signed of another.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vault::fuzzing::succession(bytes));

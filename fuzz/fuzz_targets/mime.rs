//! Bytes from a sender, taken for a letter: what can be opened can be sealed again, and is then the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vault::fuzzing::mime(bytes));

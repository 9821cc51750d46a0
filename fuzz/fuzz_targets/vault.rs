//! Bytes taken for a sealed vault, and for what is inside one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vault::fuzzing::vault(bytes));

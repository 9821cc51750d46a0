//! Bytes from a server, taken for a sealed message, and from a sender, inside one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vault::fuzzing::sealed_message(bytes));

//! The liar as a program, as the journeys start it.
#![allow(clippy::unwrap_used, reason = "a test says what it expects by unwrapping")]

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

#[test]
fn it_says_where_it_listens_and_takes_each_lie() {
    for lie in [
        &[][..],
        &["recipients", "add", "eve@evil.test"],
        &["recipients", "swap-key"],
        &["deliveries", "sender-now", "eve@evil.test"],
    ] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_liar"))
            .args(["--portal", "http://127.0.0.1:1"])
            .args(lie)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(program.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        program.kill().unwrap();
        program.wait().unwrap();
        assert!(said.starts_with("listening on http://127.0.0.1:"), "{lie:?}: {said}");
    }
}

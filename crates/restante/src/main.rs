//! `restante`: the portal, its administration, and a mail client for the command line.

mod account;
mod activation;
mod alias;
mod assemble;
mod demo;
mod device;
mod init;
mod invite;
mod keyring;
mod mail;
mod options;
mod program;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Gives memory back once it is not used any more. The system's kept 1.3 GiB of bodies that had long been refused.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A secure messaging portal that cannot read what it keeps.
#[derive(Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
struct Program {
    /// Print data as JSON.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up a new portal, and print the link under which its first administrator registers
    Init(init::Init),
    /// Run the portal
    Serve(serve::Serve),
    /// Invite somebody by basic mail
    Invite(invite::Invite),
    /// Look over accounts, ask to add addresses to them, and block their activations
    #[command(subcommand)]
    Account(account::Account),
    /// See which client programs are in use, and decide which versions may be
    #[command(subcommand)]
    Program(program::Command),
    /// Activate this computer: reading and writing need no password from then on
    Activate(activation::Activate),
    /// Manage what is activated for your account
    #[command(subcommand)]
    Activation(activation::Command),
    /// Make this computer known, so that it signs in while others try your address
    #[command(subcommand)]
    Device(device::Command),
    /// Manage your addresses, and move to a new one
    #[command(subcommand)]
    Alias(alias::Alias),
    /// See earlier keyrings, and join the keys of one in
    #[command(subcommand)]
    Vault(keyring::Vault),
    #[command(flatten)]
    Mail(mail::Command),
}

#[tokio::main]
async fn main() -> ExitCode {
    // Both TLS clients, SMTP and S3, ask rustls for its default provider.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let program = Program::parse();
    let done = match program.command {
        Command::Init(init) => init.run(program.json).await,
        Command::Serve(serve) => serve.run().await,
        Command::Invite(invite) => invite.run(program.json).await,
        Command::Account(command) => account::run(command, program.json).await,
        Command::Program(command) => program::run(command, program.json).await,
        Command::Activate(activate) => activate.run(program.json).await,
        Command::Activation(command) => activation::run(command, program.json).await,
        Command::Device(command) => device::run(command, program.json).await,
        Command::Alias(command) => alias::run(command, program.json).await,
        Command::Vault(command) => keyring::run(command, program.json).await,
        Command::Mail(command) => mail::run(command, program.json).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("restante: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! The liar as a program, for tests that are not written in Rust.

use std::io::Write as _;

use anyhow::Result;
use clap::Parser;
use liar::{Liar, Lie};

/// Stands before a portal and tells its clients a lie.
#[derive(Parser)]
struct Arguments {
    /// Where the portal is.
    #[arg(long)]
    portal: String,

    /// What it lies about. Without it, it tells the truth.
    #[command(subcommand)]
    lie: Option<Lie>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { portal, lie } = Arguments::parse();
    let liar = Liar::before(&portal).await?;
    liar.tell(lie);
    println!("listening on {}", liar.url());
    std::io::stdout().flush()?;
    liar.serve().await
}

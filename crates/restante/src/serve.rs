//! `restante serve`: the portal itself.

use std::{
    io::{IsTerminal as _, Write as _},
    net::SocketAddr,
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use portal::{Portal, server, workers};
use tokio::{net::TcpListener, signal::unix::SignalKind, sync::watch};
use tracing_subscriber::EnvFilter;

use crate::{assemble, demo, options::Options};

/// Run the portal.
///
/// Prints `listening on URL` once it takes requests. Ends what is under way on SIGTERM or Ctrl-C.
#[derive(Args)]
#[command(after_help = "Examples:
  restante serve --data /var/lib/restante
  restante serve --demo")]
pub struct Serve {
    /// A demonstration: on loopback alone, with accounts to try and a view of their basic mail at /demo/basic-mail.
    #[arg(long)]
    demo: bool,

    /// How logs are written.
    #[arg(long, env = "RESTANTE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,

    #[command(flatten)]
    options: Options,
}

#[derive(ValueEnum, Clone, Copy)]
enum LogFormat {
    Text,
    Json,
}

impl Serve {
    pub async fn run(self) -> Result<()> {
        self.log();
        let options = self.options.with_file()?;
        let wanted = options.listen();
        if self.demo {
            if !wanted.ip().is_loopback() {
                bail!("a demonstration is served on loopback alone");
            }
            if options.file().exists() {
                bail!(
                    "{} is the folder of a real portal: a demonstration would add people with a public password to it",
                    options.data.display()
                );
            }
            assemble::create(&options)?;
        }
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("{wanted} cannot be listened on"))?;
        let listening = listener.local_addr()?;
        let portal = assemble::open(&options, listening, self.demo).await?;
        run(portal, listener, listening, self.demo).await
    }

    /// Logs go to standard error. `RUST_LOG` says more or less. A demonstration is quiet, so that where to go stays in
    /// sight.
    fn log(&self) {
        let usual = if self.demo { "warn" } else { "info,sqlx=warn" };
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
        let logs = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal());
        match self.log_format {
            LogFormat::Text => logs.init(),
            LogFormat::Json => logs.json().init(),
        }
    }
}

async fn run(portal: Portal, listener: TcpListener, listening: SocketAddr, demo: bool) -> Result<()> {
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(server::serve(
        listener,
        server::router(portal.clone()),
        stopping.clone(),
    ));
    let working = tokio::spawn(workers::run(portal.clone(), stopping));
    println!("listening on http://{listening}");
    std::io::stdout().flush()?;
    if demo {
        demo::prepare(&portal).await?;
    }
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    tracing::info!("stopping");
    stop.send_replace(true);
    portal.wakes.close();
    let (served, worked) = tokio::join!(serving, working);
    served?;
    worked?;
    portal.store.close().await;
    Ok(())
}

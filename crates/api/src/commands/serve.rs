//! `das-tern serve` and `das-tern worker`: a process that goes on until it is told to end.

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::print;
use crate::config::Config;
use crate::service::{self, Running, StartError};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let world = service::real_world(&config)?;
    let start = Box::pin(service::start(config, world));
    until_told(start, |url| {
        format!("Das Tern answers on {url}, its documentation is {url}/docs\n")
    })
    .await
}

pub(super) async fn work(config: Config) -> anyhow::Result<()> {
    let world = service::real_world(&config)?;
    let start = Box::pin(service::work(config, world));
    until_told(start, |url| {
        format!("Das Tern works, and tells on {url}/health how it is doing\n")
    })
    .await
}

async fn until_told(
    start: impl Future<Output = Result<Running, StartError>>,
    greeting: impl FnOnce(&str) -> String,
) -> anyhow::Result<()> {
    // Listened to from the start, so that waiting for the database can be ended too.
    let mut ends = Ends::listen().context("cannot listen to signals")?;
    let running = tokio::select! {
        running = start => running?,
        () = ends.next() => return Ok(()),
    };
    print(&greeting(&running.url()))?;
    ends.next().await;
    tracing::info!("told to end; finishing what is under way");
    running.stop().await;
    tracing::info!("ended");
    Ok(())
}

/// The signals that end a process.
struct Ends {
    terminate: Signal,
    interrupt: Signal,
}

impl Ends {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

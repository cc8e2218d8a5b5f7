//! `das-tern serve`: the server, until it is told to end.

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::print;
use crate::config::Config;
use crate::service;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    // Listened to from the start, so that waiting for the database can be ended too.
    let mut ends = Ends::listen().context("cannot listen to signals")?;
    let world = service::real_world(&config)?;
    let running = tokio::select! {
        running = service::start(config, world) => running?,
        () = ends.next() => return Ok(()),
    };
    print(&format!(
        "Das Tern answers on {0}, its documentation is {0}/docs\n",
        running.url()
    ))?;
    ends.next().await;
    tracing::info!("told to end; finishing what is under way");
    running.stop().await;
    tracing::info!("ended");
    Ok(())
}

/// The signals that end a server.
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

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use nix::sys::signal::Signal;

use super::process::{Server, free_port};
use super::{Folder, Tools};

/// How a Redis is to run.
#[derive(Debug, Clone, Default)]
pub struct RedisOptions {
    /// The port to take if it is free.
    pub port: Option<u16>,
    /// Whether it keeps its data over a restart.
    pub durable: bool,
    /// More arguments for the server, such as `--maxmemory 1mb`.
    pub extra: Vec<String>,
}

/// A Redis, or Valkey, that we started. It stops when it is dropped.
#[derive(Debug)]
pub struct Redis {
    server: Server,
    binary: PathBuf,
    data: PathBuf,
    port: u16,
    options: RedisOptions,
}

impl Redis {
    /// Starts a Redis that keeps its files in `folder`.
    ///
    /// # Errors
    /// When it does not start; the error has the end of its log.
    pub fn start(tools: &Tools, folder: &Folder, options: &RedisOptions) -> Result<Self> {
        let binary = tools.redis()?.to_owned();
        let data = folder.private("redis", None)?;
        let port = free_port(options.port)?;
        let server = launch(&binary, &data, port, options)?;
        Ok(Self {
            server,
            binary,
            data,
            port,
            options: options.clone(),
        })
    }

    /// Where it is reached.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Stops it in good order.
    pub fn stop(&mut self) {
        self.server.stop(Signal::SIGTERM);
    }

    /// Ends it without a warning.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Starts it again on the same port, after [`Redis::stop`] or [`Redis::kill`].
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.server.kill();
        self.server = launch(&self.binary, &self.data, self.port, &self.options)?;
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

fn launch(binary: &PathBuf, data: &PathBuf, port: u16, options: &RedisOptions) -> Result<Server> {
    let mut command = Command::new(binary);
    command.args([
        "--bind",
        "127.0.0.1",
        "--daemonize",
        "no",
        "--protected-mode",
        "yes",
        "--port",
    ]);
    command.arg(port.to_string()).arg("--dir").arg(data);
    if options.durable {
        command.args(["--appendonly", "yes"]);
    } else {
        command.args(["--appendonly", "no", "--save", ""]);
    }
    command.args(&options.extra);
    Server::start("Redis", &mut command, None, &data.join("log"), || answers(port))
}

/// Whether something answers a PING at this port; asking for a password is an answer too.
pub(crate) fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(answer == *b"+PONG" || answer == *b"-NOAU")
    };
    ask().unwrap_or(false)
}

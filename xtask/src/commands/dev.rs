//! What a running `up` tells the other commands, in `.dev/env`.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::services::{Folder, Services};

/// The database of development.
pub(super) const DATABASE: &str = "das_tern";

/// What `up` has written down about itself.
#[derive(Default)]
pub(super) struct Notes(BTreeMap<String, String>);

impl Notes {
    /// What the last `up` wrote, if anything.
    pub(super) fn read(folder: &Folder) -> Self {
        let text = fs::read_to_string(path(folder)).unwrap_or_default();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Writes down what runs, and with which processes.
    pub(super) fn write(folder: &Folder, services: &Services) -> Result<()> {
        let mut lines: Vec<String> = services
            .environment()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let ours = [
            ("POSTGRES", services.postgres().map(|own| (own.port(), own.pid()))),
            ("REDIS", services.redis().map(|own| (own.port(), own.pid()))),
        ];
        for (name, own) in ours {
            if let Some((port, pid)) = own {
                lines.push(format!("{name}_PORT={port}"));
                lines.push(format!("{name}_PID={pid}"));
            }
        }
        lines.push(format!("UP_PID={}\n", std::process::id()));
        Ok(fs::write(path(folder), lines.join("\n"))?)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.get(name)?.parse().ok()
    }

    /// Whether both services of the last `up` answer.
    pub(super) fn services_answer(&self) -> bool {
        ["POSTGRES_PORT", "REDIS_PORT"]
            .iter()
            .all(|name| self.number(name).is_some_and(listens))
    }
}

fn listens(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_millis(300)).is_ok()
}

fn path(folder: &Folder) -> PathBuf {
    folder.path().join("env")
}

/// Whether a process is one of the servers whose pid was written down: a number may have gone to somebody else since.
pub(super) fn is_server(pid: u32) -> bool {
    let Ok(output) = std::process::Command::new("ps")
        .args(["-o", "command=", "-p", &pid.to_string()])
        .output()
    else {
        return false;
    };
    let command = String::from_utf8_lossy(&output.stdout);
    ["postgres", "redis-server", "valkey-server", "xtask"]
        .iter()
        .any(|name| command.contains(name))
}

//! What the commands of one checkout know of each other: who holds its services, in `.dev/lock`, and where these are, in
//! `.dev/env`.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::compose;
use super::down::stop_leftovers;
use crate::services::{Folder, PostgresOptions, RedisOptions, Services};

/// The database of development.
const DATABASE: &str = "das_tern";

/// The note of an `up`'s process, which tells other commands that they may use its services.
pub(super) const UP: &str = "UP_PID";

/// What only one command at a time has: the services of this checkout. It ends with its process, however that ends.
#[derive(Debug)]
pub(super) struct Claim {
    lock: File,
}

/// Closing the file would do, were it not for children that are just being started, which have it open for a moment.
impl Drop for Claim {
    fn drop(&mut self) {
        self.lock.unlock().ok();
    }
}

/// What comes of claiming the services.
#[derive(Debug)]
pub(super) enum Claimed {
    /// They are ours.
    Ours(Claim),
    /// Another command has them; its process, where it has said so already.
    Theirs(Option<u32>),
}

impl Claim {
    /// Claims the services, if nobody has them.
    pub(super) fn attempt(folder: &Folder) -> Result<Claimed> {
        let path = folder.path().join("lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {
                lock.set_len(0)?;
                lock.rewind()?;
                write!(lock, "{}", std::process::id())?;
                Ok(Claimed::Ours(Self { lock }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                lock.read_to_string(&mut pid)?;
                Ok(Claimed::Theirs(pid.trim().parse().ok()))
            }
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the services of this checkout"),
        }
    }

    /// Claims the services; an error says who has them.
    pub(super) fn take(folder: &Folder) -> Result<Self> {
        match Self::attempt(folder)? {
            Claimed::Ours(claim) => Ok(claim),
            Claimed::Theirs(pid) => {
                let pid = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
                bail!(
                    "the services of this checkout are in use by another `cargo xtask`{pid}; `cargo xtask down` stops it"
                )
            }
        }
    }
}

/// Where the services' files are kept from one start to the next. Starts what the environment does not name, on the ports
/// of the last time where these are free, and writes it down; `more` are notes of the caller's own.
pub(super) fn own_services(folder: &Folder, more: &[(&str, &str)]) -> Result<Services> {
    let notes = Notes::read(folder);
    let postgres = PostgresOptions {
        port: notes.number("POSTGRES_PORT"),
        ..PostgresOptions::kept()
    };
    let redis = RedisOptions {
        port: notes.number("REDIS_PORT"),
        durable: true,
        ..RedisOptions::default()
    };
    stop_leftovers(folder, &notes);
    let services = Services::start(folder, &postgres, &redis, DATABASE)?;
    Notes::write(folder, &services, &[more, notes.of_containers().as_slice()].concat())?;
    Ok(services)
}

/// What the last command that had the services has written down about them.
#[derive(Default)]
pub(super) struct Notes(BTreeMap<String, String>);

impl Notes {
    /// What it wrote, if anything.
    pub(super) fn read(folder: &Folder) -> Self {
        Self::parse(&fs::read_to_string(path(folder)).unwrap_or_default())
    }

    fn parse(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Writes down what runs, and with which processes; `more` are notes of the caller's own.
    pub(super) fn write(folder: &Folder, services: &Services, more: &[(&str, &str)]) -> Result<()> {
        let pairs = services.environment();
        let mut lines: Vec<String> = pairs
            .iter()
            .chain(more)
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
        let path = path(folder);
        fs::write(&path, lines.join("\n") + "\n").with_context(|| format!("cannot write {}", path.display()))
    }

    /// The note that containers are ours. Services of another kind do not end it, for the containers are still there.
    fn of_containers(&self) -> Option<(&str, &str)> {
        self.get(compose::NOTE).map(|value| (compose::NOTE, value))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.get(name)?.parse().ok()
    }

    /// Where a service of the `up` with this process is, if it wrote these notes and the service answers.
    pub(super) fn url(&self, name: &str, up: Option<u32>) -> Option<&str> {
        let is_current = up.is_some() && self.number(UP) == up;
        self.get(name).filter(|url| is_current && listens(url))
    }
}

/// Whether something listens where a URL leads.
fn listens(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let has_port = place
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let usual = if url.starts_with("postgres") { 5432 } else { 6379 };
    let place = if has_port {
        place.to_owned()
    } else {
        format!("{place}:{usual}")
    };
    let addresses = place.to_socket_addrs().into_iter().flatten();
    let mut tries = addresses.map(|address| TcpStream::connect_timeout(&address, Duration::from_millis(300)));
    tries.any(|connection| connection.is_ok())
}

fn path(folder: &Folder) -> PathBuf {
    folder.path().join("env")
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn one_command_at_a_time_has_the_services_and_the_next_says_who() {
        let folder = Folder::temporary("claim").unwrap();
        let Claimed::Ours(claim) = Claim::attempt(&folder).unwrap() else {
            panic!("somebody else has a new folder");
        };
        let own = std::process::id();
        assert!(matches!(Claim::attempt(&folder).unwrap(), Claimed::Theirs(Some(pid)) if pid == own));
        let refused = Claim::take(&folder).unwrap_err().to_string();
        assert!(refused.contains(&format!("(process {own})")), "{refused}");
        drop(claim);
        assert!(Claim::take(&folder).is_ok());
    }

    #[test]
    fn the_note_of_containers_outlives_services_of_another_kind() {
        let folder = Folder::temporary("notes").unwrap();
        let services = Services::elsewhere("postgres://one".to_owned(), "redis://two".to_owned());
        Notes::write(&folder, &services, &[(UP, "7"), (compose::NOTE, "started")]).unwrap();
        let notes = Notes::read(&folder);
        assert_eq!(notes.number(UP), Some(7));
        Notes::write(&folder, &services, notes.of_containers().as_slice()).unwrap();
        let notes = Notes::read(&folder);
        assert_eq!(notes.get(compose::NOTE), Some("started"));
        assert_eq!(notes.get("REDIS_URL"), Some("redis://two"));
        assert_eq!(notes.get(UP), None);
    }

    #[test]
    fn notes_count_while_their_up_runs_and_the_service_answers() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://app:word@{}/das_tern", listener.local_addr().unwrap());
        let notes = Notes::parse(&format!("DATABASE_URL={url}\nUP_PID=7\n"));
        assert_eq!(notes.url("DATABASE_URL", Some(7)), Some(&*url));
        assert_eq!(notes.url("DATABASE_URL", Some(8)), None);
        assert_eq!(notes.url("DATABASE_URL", None), None);
        assert_eq!(notes.url("REDIS_URL", Some(7)), None);
        drop(listener);
        assert_eq!(notes.url("DATABASE_URL", Some(7)), None);
    }
}

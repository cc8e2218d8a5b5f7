use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::folder::Account;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server that we started. It has a process group of its own, so that a Ctrl-C at the terminal reaches us alone and
/// the server stops when its turn comes.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    name: &'static str,
}

impl Server {
    /// Starts a server whose output goes to a log, and waits until it is ready.
    pub(crate) fn start(
        name: &'static str,
        command: &mut Command,
        account: Option<Account>,
        log: &Path,
        is_ready: impl Fn() -> bool,
    ) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0);
        run_as(command, account);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let mut server = Self { child, name };
        let started = Instant::now();
        while !is_ready() {
            if let Some(status) = server.child.try_wait()? {
                bail!(
                    "{name} ended at once ({status}); its log is {}:\n{}",
                    log.display(),
                    tail(log)
                );
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "{name} is not ready after a minute; its log is {}",
                log.display()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks the server to stop, and waits until it has; makes it stop where asking does not help.
    pub(crate) fn stop(&mut self, how: Signal) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        if let Err(error) = signal(how, self.child.id()) {
            eprintln!("  ! {} cannot be asked to stop ({error:#}) and is killed", self.name);
            return self.kill();
        }
        let asked = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if asked.elapsed() > PATIENCE {
                eprintln!("  ! {} does not stop and is killed", self.name);
                return self.kill();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends the server without a warning, as a power cut would.
    pub(crate) fn kill(&mut self) {
        // A server that is gone already is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a command run as another account.
pub(crate) fn run_as(command: &mut Command, account: Option<Account>) {
    if let Some(account) = account {
        command
            .uid(account.uid)
            .gid(account.gid)
            .env("HOME", "/nonexistent")
            .current_dir("/");
    }
}

/// Sends a signal to a process.
///
/// # Errors
/// When there is no such process, or it belongs to somebody else.
pub fn signal(signal: Signal, pid: u32) -> Result<()> {
    kill(process(pid)?, signal).with_context(|| format!("cannot send {signal} to process {pid}"))
}

/// Asks a process to end, if its command line still says that it is the one that is meant, and waits until it has.
///
/// # Errors
/// When it cannot be asked, or goes on for longer than `patience`.
pub(crate) fn end(pid: u32, how: Signal, patience: Duration, is_it: impl Fn(&str) -> bool) -> Result<()> {
    let goes_on = || command_line(pid).is_some_and(|command| is_it(&command));
    if !goes_on() {
        return Ok(());
    }
    signal(how, pid)?;
    let asked = Instant::now();
    while goes_on() {
        ensure!(asked.elapsed() <= patience, "process {pid} does not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The number of one process: zero and negative ones would mean whole groups.
fn process(pid: u32) -> Result<Pid> {
    let pid = i32::try_from(pid).ok().filter(|pid| *pid > 0);
    Ok(Pid::from_raw(pid.context("no process has this number")?))
}

/// The command line of a process; `None` where there is no such process, or nobody tells. A number that was written down
/// may have gone to another process since, so it is looked at before anything is done to it.
pub(crate) fn command_line(pid: u32) -> Option<String> {
    let told = if cfg!(target_os = "linux") {
        std::fs::read(format!("/proc/{pid}/cmdline")).ok()?
    } else {
        let mut ps = Command::new("ps");
        ps.args(["-ww", "-o", "command=", "-p", &pid.to_string()]);
        ps.output().ok()?.stdout
    };
    let words = String::from_utf8_lossy(&told).replace('\0', " ");
    Some(words.trim().to_owned()).filter(|words| !words.is_empty())
}

/// Runs a command to its end; when it fails, the error has what it said.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {shown}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    ensure!(
        output.status.success(),
        "{shown} failed:\n{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    Ok(text(&output.stdout))
}

/// A loopback port that is free at this moment; `wanted`, if that is.
pub(crate) fn free_port(wanted: Option<u16>) -> Result<u16> {
    let wanted = wanted.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    match wanted {
        Some(port) => Ok(port),
        None => Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port()),
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_command_line_until_it_is_ended() {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let pid = child.id();
        let exists = || kill(process(pid).unwrap(), None).is_ok();
        assert!(exists());
        assert_eq!(
            command_line(std::process::id()).unwrap().split(' ').next(),
            std::env::args().next().as_deref()
        );
        signal(Signal::SIGTERM, pid).unwrap();
        assert!(!child.wait().unwrap().success());
        assert!(!exists() && command_line(pid).is_none());
        assert!(signal(Signal::SIGTERM, pid).is_err());
    }

    #[test]
    fn no_signal_goes_to_a_whole_group() {
        assert!(signal(Signal::SIGCONT, 0).is_err());
        assert!(signal(Signal::SIGCONT, u32::MAX).is_err());
    }
}

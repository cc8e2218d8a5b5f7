//! `das-tern healthcheck`: is the server next door ready?

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::config::ServerSettings;

const PATIENCE: Duration = Duration::from_secs(3);
/// As much as a status line needs.
const LONGEST_ANSWER: usize = 64;

pub(super) fn run(server: &ServerSettings) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let address = reachable(server).with_context(|| format!("{} is no address", server.host))?;
    let status = ask(address, deadline).with_context(|| format!("no answer from {address}"))?;
    if status.split(' ').nth(1) != Some("200") {
        bail!("{address} is not ready: {}", status.trim_end());
    }
    Ok(())
}

/// The address to connect to: a server that listens everywhere is found on the loopback.
fn reachable(server: &ServerSettings) -> std::io::Result<SocketAddr> {
    let mut addresses = (server.host.as_str(), server.port).to_socket_addrs()?;
    let mut address = addresses.next().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok(address)
}

fn ask(address: SocketAddr, deadline: Instant) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET /api/v1/health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::with_capacity(LONGEST_ANSWER);
    let mut piece = [0; LONGEST_ANSWER];
    while answer.len() < LONGEST_ANSWER && !answer.contains(&b'\n') {
        let rest = deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(rest))?;
        match stream.read(&mut piece)? {
            0 => break,
            count => answer.extend_from_slice(&piece[..count]),
        }
    }
    let text = String::from_utf8_lossy(&answer);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

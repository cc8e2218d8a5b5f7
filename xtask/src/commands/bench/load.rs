//! A small load generator: one thread and one kept-alive connection for each client, no allocation between requests
//! that a client could not reuse.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// A request, ready to be written, and what a right answer to it contains.
#[derive(Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    expected: &'static str,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str, token: Option<&str>, body: &str, expected: &'static str) -> Self {
        let authorization = token
            .map(|token| format!("Authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{authorization}Content-Length: {}\r\n\r\n",
            body.len()
        );
        Self {
            bytes: [head.as_bytes(), body.as_bytes()].concat(),
            expected,
        }
    }
}

/// How a run went, or several of them.
#[derive(Default)]
pub(crate) struct Run {
    elapsed: Duration,
    latencies: Vec<Duration>,
}

impl Run {
    /// How many requests were answered.
    #[expect(clippy::cast_precision_loss, reason = "nobody sends 2^52 requests")]
    pub(crate) fn count(&self) -> f64 {
        self.latencies.len() as f64
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Counts another run in.
    pub(crate) fn append(&mut self, other: Self) {
        self.elapsed += other.elapsed;
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.count() / self.elapsed.as_secs_f64()
    }

    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let index = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).copied().unwrap_or_default()
    }
}

/// One connection of a client.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).context("cannot connect to the server")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            stream: BufReader::new(stream),
            line: String::new(),
            body: Vec::new(),
        })
    }

    /// Sends a request and reads its answer, which must be a success with the expected text in it.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<&[u8]> {
        self.stream.get_mut().write_all(&request.bytes)?;
        let status = self.read_head()?;
        self.stream.read_exact(&mut self.body)?;
        let contains = |text: &str| self.body.windows(text.len()).any(|window| window == text.as_bytes());
        if status != 200 || !contains(request.expected) {
            bail!("a wrong answer ({status}): {}", String::from_utf8_lossy(&self.body));
        }
        Ok(&self.body)
    }

    fn read_head(&mut self) -> Result<u16> {
        let mut status = 0;
        let mut length = None;
        loop {
            self.line.clear();
            ensure!(
                self.stream.read_line(&mut self.line)? > 0,
                "the server closed the connection"
            );
            let line = self.line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse()?;
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.trim().parse::<usize>()?);
            }
        }
        self.body.resize(length.context("an answer without a length")?, 0);
        Ok(status)
    }
}

/// Sends the requests round and round over as many connections, for as long as said; each client begins elsewhere.
pub(crate) fn for_a_while(address: SocketAddr, requests: &[Request], clients: usize, time: Duration) -> Result<Run> {
    drive(address, clients, |client| {
        let offset = client * requests.len() / clients;
        let ends = Instant::now() + time;
        (0..)
            .map(move |n| &requests[(offset + n) % requests.len()])
            .take_while(move |_| Instant::now() < ends)
    })
}

/// Sends each request once, shared out among the connections.
pub(crate) fn each_once(address: SocketAddr, requests: &[Request], clients: usize) -> Result<Run> {
    drive(address, clients, |client| requests.iter().skip(client).step_by(clients))
}

fn drive<'a, I>(address: SocketAddr, clients: usize, requests: impl Fn(usize) -> I + Sync) -> Result<Run>
where
    I: Iterator<Item = &'a Request>,
{
    let together = Barrier::new(clients);
    let started = Instant::now();
    let mut latencies = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .map(|client| {
                let (together, requests) = (&together, &requests);
                scope.spawn(move || {
                    let connection = Connection::open(address);
                    together.wait();
                    one_client(connection?, requests(client))
                })
            })
            .collect();
        let mut all = Vec::new();
        for thread in threads {
            let latencies = thread.join().map_err(|_| anyhow::anyhow!("a client panicked"))?;
            all.extend(latencies?);
        }
        anyhow::Ok(all)
    })?;
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    Ok(Run { elapsed, latencies })
}

fn one_client<'a>(mut connection: Connection, requests: impl Iterator<Item = &'a Request>) -> Result<Vec<Duration>> {
    let mut latencies = Vec::with_capacity(1 << 16);
    for request in requests {
        let sent = Instant::now();
        connection.ask(request)?;
        latencies.push(sent.elapsed());
    }
    Ok(latencies)
}

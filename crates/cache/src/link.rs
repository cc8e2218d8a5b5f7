//! The connections to Redis, and who brings them back when they are lost.
//!
//! While Redis is away, commands are refused at once and one task tries to connect, ever more seldom. A connection that
//! merely broke is replaced before anybody is refused; one that hung is not waited for a second time.
//!
//! One connection is everybody's, and tells whether Redis is there. What arrives on it is heard by the thread that opened
//! it, and handing each command and each answer over costs as much as the command; so a thread that has an event loop of
//! its own soon has a connection of its own, too (see [`own`]).

mod own;

use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ErrorKind, RedisError, RedisResult};
use tokio::sync::watch;

use crate::Settings;
use own::OwnLinks;

/// Hexadecimal digits of the server's run id that tell its lives apart.
const LIFE_DIGITS: usize = 12;

/// How many commands may wait for the socket before callers have to.
const SEND_BUFFER: usize = 1024;

/// A connection to one life of one server.
pub(crate) struct Link {
    connection: MultiplexedConnection,
    /// The thread that hears it.
    home: ThreadId,
    client: u64,
    names: AtomicU64,
    /// Differs after each start of the server, and between a server and its replica. Values carry it, so that one that
    /// came back from a snapshot or from a replica that lagged behind is not believed.
    pub(crate) life: String,
}

impl Link {
    pub(crate) fn connection(&self) -> MultiplexedConnection {
        self.connection.clone()
    }

    /// A name that nobody else has: Redis numbers its clients, and each client its names.
    pub(crate) fn next_name(&self) -> String {
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        format!("{}:{}:{number}", self.life, self.client)
    }
}

/// How a connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It broke, or the server is no longer the one that takes writes. Another attempt may succeed at once.
    Broken,
    /// It did not answer in time.
    Hung,
}

impl Loss {
    /// What an error says about its connection; nothing, when only the command failed.
    pub(crate) fn of(error: &RedisError) -> Option<Self> {
        if error.is_timeout() {
            return Some(Self::Hung);
        }
        let is_away = matches!(error.code(), Some("READONLY" | "LOADING" | "MASTERDOWN" | "NOAUTH"));
        (is_away || matches!(error.kind(), ErrorKind::Io | ErrorKind::Parse)).then_some(Self::Broken)
    }
}

enum State {
    /// Nobody has asked yet, or the runtime of whoever was connecting is gone.
    Idle,
    /// Commands wait for this attempt.
    Connecting,
    Up(Arc<Link>),
    /// Commands are refused, and attempts go on.
    Down {
        since: Instant,
    },
}

/// Keeps everybody's link up, and each thread's own.
pub(crate) struct Supervisor {
    client: redis::Client,
    settings: Settings,
    state: watch::Sender<State>,
    own: OwnLinks,
    outages: AtomicU64,
}

impl Supervisor {
    pub(crate) fn new(client: redis::Client, settings: Settings) -> Self {
        let (state, _) = watch::channel(State::Idle);
        Self {
            client,
            settings,
            state,
            own: OwnLinks::default(),
            outages: AtomicU64::new(0),
        }
    }

    pub(crate) fn outages(&self) -> u64 {
        self.outages.load(Ordering::Relaxed)
    }

    /// A link, or nothing while Redis is away. The first attempt to connect is waited for, no longer than a command.
    pub(crate) async fn link(self: &Arc<Self>) -> Option<Arc<Link>> {
        let here = std::thread::current().id();
        if let Some(link) = self.own.of(here) {
            return Some(link);
        }
        if let State::Up(link) = &*self.state.borrow() {
            if link.home != here {
                own::open(self, here);
            }
            return Some(Arc::clone(link));
        }
        self.begin();
        let mut states = self.state.subscribe();
        let settled = states.wait_for(|state| matches!(state, State::Up(_) | State::Down { .. }));
        match tokio::time::timeout(self.settings.command_timeout(), settled).await {
            Ok(Ok(state)) => match &*state {
                State::Up(link) => Some(Arc::clone(link)),
                _ => None,
            },
            Ok(Err(_)) => None,
            Err(elapsed) => {
                self.gone(&elapsed);
                None
            }
        }
    }

    /// Gives a link up, unless that has happened already, and says how it was lost: an answer that never came over a link
    /// that others found broken is no sign that the server hangs. Nor is a broken link of a thread's own a sign that
    /// everybody's is.
    pub(crate) fn lost(self: &Arc<Self>, link: &Arc<Link>, loss: Loss, why: &RedisError) -> Loss {
        let is_own = self.own.remove(link);
        if is_own && loss == Loss::Broken {
            return loss;
        }
        let is_news = self.state.send_if_modified(|state| {
            let is_current = matches!(state, State::Up(current) if is_own || Arc::ptr_eq(current, link));
            if is_current {
                *state = match loss {
                    Loss::Broken => State::Connecting,
                    Loss::Hung => State::Down { since: Instant::now() },
                };
            }
            is_current
        });
        if !is_news {
            return Loss::Broken;
        }
        self.own.clear();
        if loss == Loss::Hung {
            self.report_outage(why);
        }
        tokio::spawn(connect(Arc::downgrade(self)));
        loss
    }

    fn begin(self: &Arc<Self>) {
        let is_mine = self.state.send_if_modified(|state| {
            let is_idle = matches!(state, State::Idle);
            if is_idle {
                *state = State::Connecting;
            }
            is_idle
        });
        if is_mine {
            tokio::spawn(connect(Arc::downgrade(self)));
        }
    }

    async fn open(&self) -> RedisResult<Link> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.settings.connect_timeout()))
            .set_response_timeout(Some(self.settings.command_timeout()))
            .set_pipeline_buffer_size(SEND_BUFFER);
        let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
        let mut connection = connecting.await?;
        // PING is refused while the server still loads, INFO is not.
        let (_pong, client, info): (String, u64, String) = redis::pipe()
            .cmd("PING")
            .cmd("CLIENT")
            .arg("ID")
            .cmd("INFO")
            .arg(&["server", "replication"])
            .query_async(&mut connection)
            .await?;
        let life = life_of(&info)?;
        Ok(Link {
            connection,
            home: std::thread::current().id(),
            client,
            names: AtomicU64::new(0),
            life,
        })
    }

    fn opened(&self, link: Link) {
        let before = self.state.send_replace(State::Up(Arc::new(link)));
        if let State::Down { since } = before {
            tracing::info!(away_ms = since.elapsed().as_millis(), "Redis is back");
        }
    }

    fn gone(&self, why: &dyn Display) {
        let is_news = self.state.send_if_modified(|state| {
            let is_news = matches!(state, State::Idle | State::Connecting);
            if is_news {
                *state = State::Down { since: Instant::now() };
            }
            is_news
        });
        if is_news {
            self.report_outage(why);
        }
    }

    fn report_outage(&self, why: &dyn Display) {
        self.outages.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("redis_outages_total").increment(1);
        tracing::warn!(%why, "Redis is away; going on without it");
    }

    /// Lets the next command connect.
    fn abandon(&self) {
        self.state.send_if_modified(|state| {
            let is_pending = !matches!(state, State::Up(_));
            if is_pending {
                *state = State::Idle;
            }
            is_pending
        });
    }
}

/// Tries until a link is up or nobody wants one any more.
async fn connect(supervisor: Weak<Supervisor>) {
    let mut attempt = Attempt {
        supervisor,
        is_over: false,
    };
    let mut pause: Option<Duration> = None;
    while let Some(supervisor) = attempt.supervisor.upgrade() {
        match supervisor.open().await {
            Ok(link) => {
                attempt.is_over = true;
                return supervisor.opened(link);
            }
            Err(error) => supervisor.gone(&error),
        }
        let next = pause.map_or(supervisor.settings.backoff_min(), |pause| pause * 2);
        let next = next.min(supervisor.settings.backoff_max());
        drop(supervisor);
        tokio::time::sleep(next).await;
        pause = Some(next);
    }
}

/// An attempt to connect dies with the runtime that it runs on; the process may have others.
struct Attempt {
    supervisor: Weak<Supervisor>,
    is_over: bool,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.is_over
            && let Some(supervisor) = self.supervisor.upgrade()
        {
            supervisor.abandon();
        }
    }
}

fn life_of(info: &str) -> RedisResult<String> {
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    if field("role").is_some_and(|role| role.trim() != "master") {
        return Err((ErrorKind::Client, "connected to a replica, which takes no writes").into());
    }
    let life = field("run_id").and_then(|id| id.get(..LIFE_DIGITS));
    life.map(str::to_owned)
        .ok_or_else(|| (ErrorKind::Client, "the server does not tell its run id").into())
}

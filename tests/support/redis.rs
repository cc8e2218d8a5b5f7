//! The Redis of the run, and private ones that a test may break.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use das_tern_cache::{Redis, Settings};
use redis::aio::MultiplexedConnection;
use redis::{FromRedisValue, RedisResult};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use uuid::Uuid;
use xtask::services::{Folder, Redis as Server, RedisOptions, Signal, Tools, signal};

/// How long a test waits for what must happen sooner or later.
const PATIENCE: Duration = Duration::from_secs(10);

/// Settings for the Redis at `url`, with keys of their own, and with time to answer on a busy machine.
pub fn settings_for(url: &str) -> Settings {
    let mut settings = Settings::new(url.into());
    settings.key_prefix = format!("test:{}:", Uuid::now_v7());
    settings.command_timeout_ms = 5_000;
    settings.backoff_min_ms = 20;
    settings.backoff_max_ms = 100;
    settings
}

/// Settings for the Redis that all tests share.
pub fn settings() -> Settings {
    settings_for(&super::app::redis_url())
}

/// A second process, as far as Redis can tell: a connection of its own to the same keys.
pub fn connect(settings: &Settings) -> Redis {
    Redis::new(settings).unwrap()
}

/// A connection for looking at what is stored.
pub async fn raw(url: &str) -> MultiplexedConnection {
    redis::Client::open(url)
        .unwrap()
        .get_multiplexed_async_connection()
        .await
        .unwrap()
}

/// Carries out a command given as words.
pub async fn run<T: FromRedisValue>(connection: &mut MultiplexedConnection, words: &[&str]) -> RedisResult<T> {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]).query_async(connection).await
}

/// Waits until something holds, and fails the test when it never does.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < PATIENCE, "not in {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A Redis of one test. It goes when this is dropped.
pub struct PrivateRedis {
    server: Server,
    _folder: Folder,
}

impl PrivateRedis {
    pub async fn start() -> Self {
        static TOOLS: OnceLock<Tools> = OnceLock::new();
        let starting = tokio::task::spawn_blocking(|| {
            let tools = TOOLS.get_or_init(|| Tools::find(&Folder::of_checkout().unwrap()).unwrap());
            let folder = Folder::temporary("redis").unwrap();
            let server = Server::start(tools, &folder, &RedisOptions::default()).unwrap();
            Self {
                server,
                _folder: folder,
            }
        });
        starting.await.unwrap()
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn settings(&self) -> Settings {
        settings_for(&self.url())
    }

    pub async fn raw(&self) -> MultiplexedConnection {
        raw(&self.url()).await
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Starts it again, with what it has on disk.
    pub async fn restart(&mut self) {
        self.server.restart().unwrap();
        let () = run(&mut self.raw().await, &["PING"]).await.unwrap();
    }

    /// Makes it hang: it keeps its connections and answers nobody.
    pub fn hang(&self) {
        signal(Signal::SIGSTOP, self.server.pid()).unwrap();
    }

    pub fn go_on(&self) {
        signal(Signal::SIGCONT, self.server.pid()).unwrap();
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a cable does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Works,
    /// Connections break, and new ones are closed at once.
    Cut,
    /// What is sent disappears.
    Silent,
    /// What is sent arrives, what is answered waits.
    Slow,
}

/// A cable between one process and a server, while others reach the server directly.
pub struct Cable {
    pub port: u16,
    condition: watch::Sender<Condition>,
}

impl Cable {
    pub async fn to(redis: &PrivateRedis) -> Self {
        Self::to_port(redis.server.port()).await
    }

    pub async fn to_port(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (condition, conditions) = watch::channel(Condition::Works);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, server, conditions.clone()));
            }
        });
        Self { port, condition }
    }

    pub fn settings(&self, settings: &Settings) -> Settings {
        Settings {
            url: format!("redis://127.0.0.1:{}", self.port).into(),
            ..settings.clone()
        }
    }

    pub fn cut(&self) {
        self.condition.send_replace(Condition::Cut);
    }

    pub fn silence(&self) {
        self.condition.send_replace(Condition::Silent);
    }

    pub fn hold_answers(&self) {
        self.condition.send_replace(Condition::Slow);
    }

    pub fn mend(&self) {
        self.condition.send_replace(Condition::Works);
    }
}

async fn carry(mut process: TcpStream, server: u16, mut conditions: watch::Receiver<Condition>) {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let (mut sent, mut answered) = ([0; 4096], [0; 4096]);
    // A connection that has lost bytes is of no use any more.
    let mut was_silent = false;
    loop {
        let condition = *conditions.borrow_and_update();
        if condition == Condition::Cut || (was_silent && condition != Condition::Silent) {
            return;
        }
        was_silent = condition == Condition::Silent;
        let is_open = tokio::select! {
            changed = conditions.changed() => changed.is_ok(),
            read = process.read(&mut sent) => forward(read, &sent, &mut server, was_silent).await,
            read = server.read(&mut answered), if condition != Condition::Slow => {
                forward(read, &answered, &mut process, was_silent).await
            }
        };
        if !is_open {
            return;
        }
    }
}

/// Whether the connection goes on.
async fn forward(read: std::io::Result<usize>, bytes: &[u8], to: &mut TcpStream, is_silent: bool) -> bool {
    match read {
        Ok(0) | Err(_) => false,
        Ok(count) => is_silent || to.write_all(&bytes[..count]).await.is_ok(),
    }
}

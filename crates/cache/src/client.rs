use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::{Cmd, FromRedisValue, Pipeline, RedisResult, ScriptInvocation};
use secrecy::ExposeSecret;

use crate::link::{Link, Loss, Supervisor};
use crate::{Error, Settings};

/// How often a request is made at most: over the thread's own connection, over everybody's, and over the next.
const ATTEMPTS: usize = 3;

/// A Redis that may be away. Clones share one connection.
///
/// Nothing connects before the first command, and no command waits for a Redis that is known to be away.
#[derive(Clone)]
pub struct Redis {
    supervisor: Arc<Supervisor>,
    key_prefix: Arc<str>,
}

impl Redis {
    /// Prepares the connection; Redis need not be there.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let client = redis::Client::open(settings.url.expose_secret())?;
        Ok(Self {
            supervisor: Arc::new(Supervisor::new(client, settings.clone())),
            key_prefix: settings.key_prefix.as_str().into(),
        })
    }

    /// How long Redis takes to answer.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<Duration, Error> {
        let started = Instant::now();
        let _pong: String = self.query(&redis::cmd("PING")).await?;
        Ok(started.elapsed())
    }

    /// How often Redis has been away since the start.
    #[must_use]
    pub fn outages(&self) -> u64 {
        self.supervisor.outages()
    }

    /// The name of a key in this Redis.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.key_prefix)
    }

    pub(crate) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Error> {
        self.exchange(|link| async move { command.query_async(&mut link.connection()).await })
            .await
    }

    pub(crate) async fn transact<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, Error> {
        self.exchange(|link| async move { commands.query_async(&mut link.connection()).await })
            .await
    }

    pub(crate) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, Error> {
        self.exchange(|link| async move { script.invoke_async(&mut link.connection()).await })
            .await
    }

    /// Makes a request; again when its connection broke, since it may just have been idle for too long, and again when
    /// that was the thread's own and everybody's was no better. A request whose answer got lost is thus carried out
    /// more than once.
    pub(crate) async fn exchange<T, F>(&self, request: impl Fn(Arc<Link>) -> F) -> Result<T, Error>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let mut result = self.attempt(&request).await;
        for _ in 1..ATTEMPTS {
            match result {
                Err(Failure { is_broken: true, .. }) => result = self.attempt(&request).await,
                _ => break,
            }
        }
        result.map_err(|failure| failure.error)
    }

    async fn attempt<T, F>(&self, request: &impl Fn(Arc<Link>) -> F) -> Result<T, Failure>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let away = || Failure {
            error: Error::Away,
            is_broken: false,
        };
        let link = self.supervisor.link().await.ok_or_else(away)?;
        request(Arc::clone(&link)).await.map_err(|error| {
            let loss = Loss::of(&error).map(|loss| self.supervisor.lost(&link, loss, &error));
            Failure {
                error: Error::Failed(error),
                is_broken: loss == Some(Loss::Broken),
            }
        })
    }
}

struct Failure {
    error: Error,
    /// Whether another connection may do better.
    is_broken: bool,
}

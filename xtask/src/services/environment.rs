use std::env;

use anyhow::Result;

use super::{Folder, Postgres, PostgresOptions, Redis, RedisOptions, Tools};
use crate::progress::Step;

/// The database and the Redis that a command works with: those that the environment names, or some of our own.
pub struct Services {
    /// Where the database is reached.
    pub database_url: String,
    /// Where Redis is reached.
    pub redis_url: String,
    postgres: Option<Postgres>,
    redis: Option<Redis>,
}

impl Services {
    /// Starts what the environment does not name, with its files in `folder`.
    ///
    /// # Errors
    /// When a service is not to be had or does not start.
    pub fn start(folder: &Folder, postgres: &PostgresOptions, redis: &RedisOptions, database: &str) -> Result<Self> {
        Self::start_missing(folder, folder, postgres, redis, database)
    }

    /// Starts services of our own, whatever the environment names, with their files in `folder` and the binaries from
    /// `kept`.
    ///
    /// # Errors
    /// When a service is not to be had or does not start.
    pub fn start_apart(
        kept: &Folder,
        folder: &Folder,
        postgres: &PostgresOptions,
        redis: &RedisOptions,
        database: &str,
    ) -> Result<Self> {
        let tools = Tools::find(kept)?;
        let postgres = start_postgres(&tools, folder, postgres, database)?;
        let redis = start_redis(&tools, folder, redis)?;
        Ok(Self {
            database_url: postgres.url(database),
            redis_url: redis.url(),
            postgres: Some(postgres),
            redis: Some(redis),
        })
    }

    fn start_missing(
        tools: &Folder,
        folder: &Folder,
        postgres: &PostgresOptions,
        redis: &RedisOptions,
        database: &str,
    ) -> Result<Self> {
        let (database_url, redis_url) = (given("DATABASE_URL"), given("REDIS_URL"));
        let tools = Tools::find_some(tools, database_url.is_none(), redis_url.is_none())?;
        let own_postgres = match database_url {
            Some(_) => None,
            None => Some(start_postgres(&tools, folder, postgres, database)?),
        };
        let own_redis = match redis_url {
            Some(_) => None,
            None => Some(start_redis(&tools, folder, redis)?),
        };
        let url_of_own = || own_postgres.as_ref().map(|postgres| postgres.url(database));
        Ok(Self {
            database_url: database_url.or_else(url_of_own).unwrap_or_default(),
            redis_url: redis_url
                .or_else(|| own_redis.as_ref().map(Redis::url))
                .unwrap_or_default(),
            postgres: own_postgres,
            redis: own_redis,
        })
    }

    /// Throwaway services with their files in `folder`, whatever the environment names; the binaries come from `kept`, where
    /// they may have been fetched to before. `here` is for those that the environment names, as far as it does.
    ///
    /// # Errors
    /// When a service is not to be had or does not start.
    pub fn throwaway(kept: &Folder, folder: &Folder, here: bool) -> Result<Self> {
        let start = if here { Self::start_missing } else { Self::start_apart };
        start(
            kept,
            folder,
            &PostgresOptions::throwaway(),
            &RedisOptions::default(),
            "postgres",
        )
    }

    /// Services that somebody else runs.
    #[must_use]
    pub fn elsewhere(database_url: String, redis_url: String) -> Self {
        Self {
            database_url,
            redis_url,
            postgres: None,
            redis: None,
        }
    }

    /// The PostgreSQL, where it is our own.
    #[must_use]
    pub fn postgres(&self) -> Option<&Postgres> {
        self.postgres.as_ref()
    }

    /// The Redis, where it is our own.
    #[must_use]
    pub fn redis(&self) -> Option<&Redis> {
        self.redis.as_ref()
    }

    /// What a program that works with them finds in its environment.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 2] {
        [("DATABASE_URL", &self.database_url), ("REDIS_URL", &self.redis_url)]
    }

    /// Stops what is our own.
    pub fn stop(&mut self) {
        if let Some(redis) = &mut self.redis {
            redis.stop();
        }
        if let Some(postgres) = &mut self.postgres {
            postgres.stop();
        }
    }
}

/// A variable of the environment, if it says anything.
pub(crate) fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn start_postgres(tools: &Tools, folder: &Folder, options: &PostgresOptions, database: &str) -> Result<Postgres> {
    let step = Step::begin("starting PostgreSQL");
    let postgres = Postgres::start(tools, folder, options)?;
    postgres.ensure_database(database)?;
    step.done();
    Ok(postgres)
}

fn start_redis(tools: &Tools, folder: &Folder, options: &RedisOptions) -> Result<Redis> {
    let step = Step::begin("starting Redis");
    let redis = Redis::start(tools, folder, options)?;
    step.done();
    Ok(redis)
}

//! The product put together and serving: the one way in which `main` and the tests start it.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use das_tern_application::{Application, InvalidCatalogue, Worker, World};
use das_tern_cache::Redis;
use das_tern_http::{Offer, State};
use das_tern_integrations::{Integrations, SetupError};
use das_tern_migration::{DbErr, Migrator, MigratorTrait as _};
use das_tern_persistence::Database;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinHandle;

use crate::config::{Config, ServerSettings};
use crate::metrics;

/// How often what was recorded is put into its buckets.
const UPKEEP: Duration = Duration::from_secs(5);
/// How long closing may take where the requests took all the time there was.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// Why the product does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// PostgreSQL did not answer within the connect time-out, or refused us.
    #[error("no database at {place}: {source}")]
    Database {
        /// Host, port and name of the database.
        place: String,
        /// What it said.
        source: das_tern_persistence::Error,
    },
    /// A migration failed.
    #[error("cannot bring the schema up to date: {0}")]
    Migration(#[from] DbErr),
    /// The Redis settings are unusable. A Redis that is away is no reason not to start.
    #[error("cannot use Redis: {0}")]
    Redis(#[from] das_tern_cache::Error),
    /// A provider cannot be used as it is set up. One that is away is no reason not to start.
    #[error("cannot use what is outside: {0}")]
    Outside(#[from] SetupError),
    /// A catalogue of texts is broken.
    #[error(transparent)]
    Texts(#[from] InvalidCatalogue),
    /// There is no thread for the jobs.
    #[error("cannot run the jobs: {0}")]
    Jobs(#[source] std::io::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Host and port.
        address: String,
        /// Why not.
        source: std::io::Error,
    },
}

/// The product, serving, or working, or both.
pub struct Running {
    address: SocketAddr,
    application: Application,
    server: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    upkeep: JoinHandle<()>,
    worker: Option<Worker>,
    drain: Duration,
    patience: Duration,
}

/// Connects, migrates where the settings say so, and listens. Runs the jobs, too, unless the settings say otherwise.
///
/// # Errors
/// When the database does not answer, a migration fails, or the address is taken.
pub async fn start(config: Config, world: World) -> Result<Running, StartError> {
    let works = config.application.jobs.in_server;
    launch(config, world, Offer::Everything, works).await
}

/// The same for a process that runs the jobs, and answers nothing but how it is doing.
///
/// # Errors
/// As for [`start`].
pub(crate) async fn work(config: Config, world: World) -> Result<Running, StartError> {
    launch(config, world, Offer::Health, true).await
}

async fn launch(config: Config, world: World, offer: Offer, works: bool) -> Result<Running, StartError> {
    let recorder = metrics::recorder();
    let database = open_database(&config).await?;
    let application = assemble(&config, database.clone(), world)?;
    let rendering = recorder.clone();
    let metrics = move || {
        metrics::record_pool(database.pool_status());
        rendering.render()
    };
    let state = State::new(application.clone(), config.http, metrics);
    let worker = works.then(|| application.start_worker()).transpose();
    let worker = worker.map_err(StartError::Jobs)?;
    let (server, address) = listen(&config.server, state, offer)?;
    Ok(Running {
        address,
        server: server.handle(),
        serving: tokio::spawn(server),
        upkeep: tokio::spawn(keep_up(recorder)),
        worker,
        drain: Duration::from_secs(config.server.drain_s),
        patience: Duration::from_secs(config.server.drain_s + config.server.shutdown_timeout_s),
        application,
    })
}

/// The real world, with the providers that are configured. Nobody is called yet.
///
/// # Errors
/// When a provider cannot be used as it is set up.
pub(crate) fn real_world(config: &Config) -> Result<World, StartError> {
    Ok(World::real(Integrations::connect(&config.integrations)?))
}

/// The use cases over a database, without a server in front of them.
///
/// # Errors
/// When the Redis settings or a catalogue of texts are unusable.
pub(crate) fn assemble(config: &Config, database: Database, world: World) -> Result<Application, StartError> {
    let redis = Redis::new(&config.redis)?;
    let steps = Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect();
    Ok(Application::new(
        config.application.clone(),
        database,
        redis,
        steps,
        world,
    )?)
}

/// The database, once it answers, with its schema up to date where the settings say so.
async fn open_database(config: &Config) -> Result<Database, StartError> {
    let place = config.database_place();
    tracing::info!(%place, "connecting to PostgreSQL");
    let database = Database::connect(&config.database)
        .await
        .map_err(|source| StartError::Database { place, source })?;
    let db = database.connection();
    if config.server.migrate_on_start {
        for name in das_tern_migration::up(db).await? {
            tracing::info!(name, "migration applied");
        }
    } else {
        warn_of_pending(das_tern_migration::pending(db).await);
    }
    Ok(database)
}

fn warn_of_pending(pending: Result<Vec<String>, DbErr>) {
    match pending {
        Ok(names) if names.is_empty() => {}
        Ok(names) => tracing::warn!(?names, "migrations pending: not ready before `das-tern migrate up`"),
        Err(error) => tracing::warn!(%error, "cannot tell which migrations are pending"),
    }
}

fn listen(settings: &ServerSettings, state: State, offer: Offer) -> Result<(Server, SocketAddr), StartError> {
    let refused = |source| StartError::Listen {
        address: format!("{}:{}", settings.host, settings.port),
        source,
    };
    let mut server = HttpServer::new(move || das_tern_http::app(state.clone(), offer))
        .disable_signals()
        .keep_alive(Duration::from_secs(settings.keep_alive_s))
        .client_request_timeout(Duration::from_millis(settings.request_head_timeout_ms))
        .shutdown_timeout(settings.shutdown_timeout_s);
    if settings.workers > 0 {
        server = server.workers(settings.workers.into());
    }
    let server = server.bind((settings.host.as_str(), settings.port)).map_err(refused)?;
    let address = server
        .addrs()
        .first()
        .copied()
        .ok_or_else(|| refused(ErrorKind::AddrNotAvailable.into()))?;
    Ok((server.run(), address))
}

async fn keep_up(recorder: PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        recorder.run_upkeep();
    }
}

impl Running {
    /// Where the product listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a client on this machine finds the product, without a path.
    #[must_use]
    pub fn url(&self) -> String {
        let port = self.address.port();
        if self.address.ip().is_unspecified() {
            format!("http://localhost:{port}")
        } else {
            format!("http://{}", self.address)
        }
    }

    /// What answers the requests.
    #[must_use]
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// Says that it is not ready, waits for the load balancers to notice, finishes the requests and the jobs, and closes the
    /// connections.
    pub async fn stop(mut self) {
        let deadline = Instant::now() + self.patience;
        self.application.begin_shutdown();
        let serving = async {
            tokio::time::sleep(self.drain).await;
            self.server.stop(true).await;
            match self.serving.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "the server ended badly"),
                Err(error) => tracing::error!(%error, "the server ended badly"),
            }
        };
        let working = async {
            if let Some(worker) = &mut self.worker {
                worker.stop(self.patience).await;
            }
        };
        tokio::join!(serving, working);
        self.upkeep.abort();
        let deadline = deadline.max(Instant::now() + LAST_MOMENT);
        if tokio::time::timeout_at(deadline.into(), self.application.close())
            .await
            .is_err()
        {
            tracing::warn!("a letter or a connection is still at work, and is given up");
        }
    }
}

//! Who has which connection. The driver's own pool opens and closes them; it also asks the server for a sign of life each
//! time one comes back, which would double the work of a short read, and it does not know on which thread one was opened,
//! whose event loop alone hears what arrives on it. So connections stay out of it, on a shelf of ours, while nothing is
//! wrong with them, and a thread takes its own first (decision 10).

use std::fmt;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnection, PgDatabaseError, PgSeverity};
use sqlx::{Connection as _, Error, PgPool};
use tokio::sync::Semaphore;
use tokio::time::{timeout, timeout_at};

type PoolConnection = sqlx::pool::PoolConnection<sqlx::Postgres>;

/// How long a connection may have been unused before it is tried out ahead of its next use. Trying it each time would
/// cost every request a round trip.
const TRUSTED_IDLE: Duration = Duration::from_secs(30);

/// How long the server may take for a sign of life.
pub(crate) const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Answering a statement. The server gives up earlier by its own limits, unless it hangs, or its host is gone without a word.
    pub(crate) answer: Duration,
    /// Waiting for a connection, the time in which one is opened included.
    pub(crate) acquire: Duration,
    /// Staying open unused.
    pub(crate) idle: Duration,
}

/// What the connections of a pool are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Running statements, or held by a transaction.
    pub active: u32,
    /// Open and free.
    pub idle: u32,
    /// Requests that wait for one.
    pub waiting: u32,
    /// The most that may be open.
    pub max: u32,
}

/// The connections of one database. As many turns as connections: whoever has a turn finds one on the shelf or may
/// open one.
pub(crate) struct Pool {
    driver: PgPool,
    patience: Patience,
    max: u32,
    turns: Semaphore,
    waiting: AtomicU32,
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    /// The one used last is last.
    idle: Vec<Idle>,
    /// How many are on the shelf or leased, those being opened included.
    open: u32,
    is_closed: bool,
}

struct Idle {
    connection: PoolConnection,
    home: ThreadId,
    since: Instant,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("max", &self.max).finish_non_exhaustive()
    }
}

impl Pool {
    /// Takes the connections of the driver's pool, which may have at most `max`.
    pub(crate) fn new(driver: PgPool, max: u32, patience: Patience) -> Arc<Self> {
        let pool = Arc::new(Self {
            driver,
            patience,
            max,
            turns: Semaphore::new(max as usize),
            waiting: AtomicU32::new(0),
            shelf: Mutex::default(),
        });
        tokio::spawn(tidy(Arc::downgrade(&pool)));
        pool
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let on_shelf = self.shelf().idle.len();
        let idle = u32::try_from(self.driver.num_idle() + on_shelf).unwrap_or(u32::MAX);
        PoolStatus {
            active: self.driver.size().saturating_sub(idle),
            idle,
            waiting: self.waiting.load(Ordering::Relaxed),
            max: self.max,
        }
    }

    /// A connection, once it is this caller's turn.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease, Error> {
        let deadline = Instant::now() + self.patience.acquire;
        self.turn(deadline).await?;
        let here = std::thread::current().id();
        let (connection, home, idle) = match self.take(here) {
            Some(idle) => (Some(idle.connection), idle.home, idle.since.elapsed()),
            None => (None, here, Duration::ZERO),
        };
        // From here on, dropping the lease passes the turn on.
        let mut lease = Lease {
            pool: Arc::clone(self),
            connection,
            home,
            patience: self.patience.answer,
            is_clean: false,
        };
        if let Some(connection) = &mut lease.connection
            && (idle < TRUSTED_IDLE || is_alive(connection).await.is_ok())
        {
            lease.is_clean = true;
            return Ok(lease);
        }
        lease.connection = None;
        let opened = timeout_at(deadline.into(), self.driver.acquire()).await;
        lease.connection = Some(opened.map_err(|_elapsed| Error::PoolTimedOut)??);
        lease.home = here;
        lease.is_clean = true;
        Ok(lease)
    }

    async fn turn(&self, deadline: Instant) -> Result<(), Error> {
        if let Ok(turn) = self.turns.try_acquire() {
            turn.forget();
            return Ok(());
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        match timeout_at(deadline.into(), self.turns.acquire()).await {
            Ok(Ok(turn)) => {
                turn.forget();
                Ok(())
            }
            Ok(Err(_closed)) => Err(Error::PoolClosed),
            Err(_elapsed) => Err(Error::PoolTimedOut),
        }
    }

    /// A connection from the shelf: one of this thread's, else, when no more may be opened, anybody's. Without one, the
    /// caller may open one, which is counted as open already.
    fn take(&self, home: ThreadId) -> Option<Idle> {
        let mut stock = self.shelf();
        let own = stock.idle.iter().rposition(|idle| idle.home == home);
        if let Some(own) = own {
            return Some(stock.idle.remove(own));
        }
        if stock.open < self.max {
            stock.open += 1;
            return None;
        }
        stock.idle.pop()
    }

    fn put(&self, connection: PoolConnection, home: ThreadId) {
        let mut stock = self.shelf();
        if stock.is_closed {
            stock.open -= 1;
            return;
        }
        stock.idle.push(Idle {
            connection,
            home,
            since: Instant::now(),
        });
    }

    /// Hands over to the driver's pool what lies on the shelf: it looks whether each is still good.
    fn distrust(&self) {
        let doubtful = self.shelf().clear();
        drop(doubtful);
    }

    /// Closes what has been unused for too long.
    fn discard_idle(&self) {
        let mut stock = self.shelf();
        let patience = self.patience.idle;
        let tired: Vec<_> = stock
            .idle
            .extract_if(.., |idle| idle.since.elapsed() >= patience)
            .collect();
        stock.open -= u32::try_from(tired.len()).unwrap_or(u32::MAX);
        drop(stock);
        for mut idle in tired {
            idle.connection.close_on_drop();
        }
    }

    /// Refuses new work, and waits for the connections in use.
    pub(crate) async fn close(&self) {
        let idle = {
            let mut stock = self.shelf();
            stock.is_closed = true;
            stock.clear()
        };
        drop(idle);
        self.turns.close();
        self.driver.close().await;
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn clear(&mut self) -> Vec<Idle> {
        let idle = std::mem::take(&mut self.idle);
        self.open -= u32::try_from(idle.len()).unwrap_or(u32::MAX);
        idle
    }
}

/// One who waits, until this is dropped.
struct Waits<'a>(&'a AtomicU32);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Closes unused connections now and then, for as long as there is a pool.
async fn tidy(pool: Weak<Pool>) {
    while let Some(pause) = pool.upgrade().map(|pool| pool.patience.idle / 2) {
        tokio::time::sleep(pause.max(Duration::from_secs(1))).await;
        if let Some(pool) = pool.upgrade() {
            pool.discard_idle();
        }
    }
}

/// A connection for one statement or one transaction. Dropped, it goes back on the shelf, unless it was left in the middle of
/// something.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    /// Nothing while one is being opened.
    connection: Option<PoolConnection>,
    home: ThreadId,
    /// How long the server may take for each answer.
    patience: Duration,
    is_clean: bool,
}

impl Lease {
    /// Gives the server this long for each answer from now on.
    pub(crate) fn wait_for(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Runs something on the connection, and remembers whether it can be trusted afterwards.
    pub(crate) async fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let connection = self.connection.as_mut().ok_or(Error::WorkerCrashed)?;
        self.is_clean = false;
        let result = answered_within(self.patience, work(connection)).await;
        self.is_clean = result.as_ref().err().is_none_or(leaves_session_usable);
        if !self.is_clean {
            self.pool.distrust();
        }
        result
    }

    /// Closes the connection instead of using it again; the server undoes what was begun on it.
    pub(crate) fn abandon(&mut self) {
        self.is_clean = false;
        if let Some(connection) = &mut self.connection {
            connection.close_on_drop();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        match self.connection.take() {
            Some(connection) if self.is_clean => self.pool.put(connection, self.home),
            // The driver's pool looks after it, if there is one.
            doubtful => {
                self.pool.shelf().open -= 1;
                drop(doubtful);
            }
        }
        self.pool.turns.add_permits(1);
    }
}

/// Asks a connection for a sign of life. One that stays silent is no better than a broken one.
pub(crate) async fn is_alive(connection: &mut PgConnection) -> Result<(), Error> {
    answered_within(SIGN_OF_LIFE, connection.ping()).await
}

async fn answered_within<T>(patience: Duration, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let answer = timeout(patience, answer).await;
    answer.unwrap_or_else(|_elapsed| Err(Error::Io(ErrorKind::TimedOut.into())))
}

/// Whether the server refused just this statement, and waits for the next.
fn leaves_session_usable(error: &Error) -> bool {
    match error {
        Error::RowNotFound => true,
        Error::Database(answer) => answer
            .try_downcast_ref::<PgDatabaseError>()
            .is_some_and(|answer| answer.severity() == PgSeverity::Error),
        _ => false,
    }
}

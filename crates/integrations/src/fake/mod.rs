//! What stands in for the outside world in tests: servers on this machine that speak the providers' protocols, and a clock
//! that is moved.

mod bucket;
mod http_server;
mod smtp_server;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub(crate) use bucket::Bucket;
pub(crate) use http_server::{HttpServer, Reply, Request};
pub(crate) use smtp_server::{Script, SmtpServer};

use crate::ProviderSettings;
use crate::calls::Now;

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct MovableClock(Arc<Mutex<Instant>>);

impl Default for MovableClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }
}

impl MovableClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    pub(crate) fn now(&self) -> Now {
        let clock = self.clone();
        Arc::new(move || *clock.0.lock().unwrap())
    }
}

/// Three attempts that hardly wait for each other.
pub(crate) fn impatient() -> ProviderSettings {
    ProviderSettings {
        attempts: 3,
        backoff_min_ms: 1,
        backoff_max_ms: 2,
        retry_after_max_ms: 5,
        breaker_failures: 100,
        breaker_pause_s: 30,
    }
}

/// An address that nobody listens at.
pub(crate) async fn nobody() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

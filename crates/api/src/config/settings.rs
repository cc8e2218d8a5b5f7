//! The sections that belong to the binary itself.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use validator::{Validate, ValidationError};

/// The process: its socket and its life.
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct ServerSettings {
    /// The address to listen on, by number or by name.
    #[validate(length(min = 1))]
    pub host: String,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// Threads that answer requests; 0 is one per core.
    #[validate(range(max = 1024))]
    pub workers: u16,
    /// How long an idle connection stays open, in seconds.
    #[validate(range(min = 1, max = 3600))]
    pub keep_alive_s: u64,
    /// How long a client may take to send the head of its request, in milliseconds.
    #[validate(range(min = 100, max = 60_000))]
    pub request_head_timeout_ms: u64,
    /// How long the server still answers after it has said that it is not ready, in seconds.
    #[validate(range(max = 8))]
    pub drain_s: u64,
    /// How long requests may take to finish after that, in seconds.
    #[validate(range(max = 9))]
    pub shutdown_timeout_s: u64,
    /// Whether the server brings the schema up to date before it serves.
    pub migrate_on_start: bool,
}

/// The log.
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct LogSettings {
    /// What is logged, such as `info` or `info,das_tern_application=debug`.
    #[validate(custom(function = "is_filter"))]
    pub level: String,
    /// What a line looks like.
    pub format: LogFormat,
}

/// What a line of the log looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people, in colour on a terminal.
    Pretty,
    /// One JSON object a line.
    Json,
}

fn is_filter(level: &str) -> Result<(), ValidationError> {
    // Alone, a word that is no level would be the name of a crate, and nothing else be logged.
    let is_target =
        |directive: &str| !directive.contains(['=', '[']) && directive.trim().parse::<LevelFilter>().is_err();
    match level.parse::<EnvFilter>() {
        Ok(_) if !level.split(',').any(is_target) => Ok(()),
        _ => Err(ValidationError::new(
            "must be a level (error, warn, info, debug, trace), or several by crate",
        )),
    }
}

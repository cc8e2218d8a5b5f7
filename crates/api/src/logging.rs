//! The log: readable in a terminal, JSON in production. It carries ids, never names, numbers or medicines.

use std::io::{IsTerminal, stderr};

use das_tern_domain::zone::PHNOM_PENH;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::OffsetTime;

use crate::config::{LogFormat, LogSettings};

const INSTANT: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3][offset_hour sign:mandatory]:[offset_minute]"
);

/// Starts the log of the process, on standard error so that a command's answer can be piped on.
pub(crate) fn start(settings: &LogSettings) {
    let filter = EnvFilter::builder().parse_lossy(&settings.level);
    let timer = OffsetTime::new(PHNOM_PENH, INSTANT);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_timer(timer)
        .with_writer(stderr);
    let outcome = match settings.format {
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).try_init(),
        LogFormat::Pretty => log.with_ansi(stderr().is_terminal()).try_init(),
    };
    if outcome.is_err() {
        tracing::debug!("the log was started already");
    }
}

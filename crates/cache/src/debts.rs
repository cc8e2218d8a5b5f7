//! Drops that Redis has not carried out yet.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::StaleKey;

/// How many drops are remembered one by one. Beyond them no cached value is believed until all would have expired.
const MAX_OWED: usize = 10_000;

/// What was changed while Redis could not be told.
///
/// A debt is over once no value from before the change can be left: the key's lifetime, and as long as a loader may
/// still hold a lease from before the change.
pub(crate) struct Debts {
    ledger: Mutex<Ledger>,
    exist: AtomicBool,
    lease: Duration,
}

#[derive(Default)]
struct Ledger {
    owed: HashMap<StaleKey, Debt>,
    distrust_until: Option<Instant>,
    last_number: u64,
}

#[derive(Clone, Copy)]
struct Debt {
    number: u64,
    until: Instant,
}

/// A drop to carry out, and the debt that it pays.
pub(crate) type Due = Vec<(StaleKey, u64)>;

impl Debts {
    /// Debts about values that are stored within `lease` of being loaded.
    pub(crate) fn new(lease: Duration) -> Self {
        Self {
            ledger: Mutex::default(),
            exist: AtomicBool::new(false),
            lease,
        }
    }

    pub(crate) fn exist(&self) -> bool {
        self.exist.load(Ordering::Acquire)
    }

    pub(crate) fn owe(&self, keys: &[StaleKey], now: Instant) {
        let mut ledger = self.ledger();
        for key in keys {
            let until = now + key.ttl + self.lease;
            ledger.last_number += 1;
            let debt = Debt {
                number: ledger.last_number,
                until,
            };
            if ledger.owed.len() < MAX_OWED || ledger.owed.contains_key(key) {
                ledger.owed.insert(key.clone(), debt);
            } else {
                ledger.distrust_until = ledger.distrust_until.max(Some(until));
            }
        }
        self.exist.store(ledger.is_open(), Ordering::Release);
    }

    /// What is still owed.
    pub(crate) fn due(&self, now: Instant) -> Due {
        let mut ledger = self.ledger();
        ledger.owed.retain(|_, debt| debt.until > now);
        ledger.distrust_until = ledger.distrust_until.filter(|until| *until > now);
        self.exist.store(ledger.is_open(), Ordering::Release);
        ledger
            .owed
            .iter()
            .map(|(key, debt)| (key.clone(), debt.number))
            .collect()
    }

    /// Strikes out what has been dropped. A key that was changed again meanwhile stays owed.
    pub(crate) fn paid(&self, due: &Due) {
        let mut ledger = self.ledger();
        for (key, number) in due {
            if ledger.owed.get(key).is_some_and(|debt| debt.number == *number) {
                ledger.owed.remove(key);
            }
        }
        self.exist.store(ledger.is_open(), Ordering::Release);
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger {
    fn is_open(&self) -> bool {
        !self.owed.is_empty() || self.distrust_until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Reach;

    const TTL: Duration = Duration::from_mins(1);
    const LEASE: Duration = Duration::from_secs(10);

    fn key(name: &str) -> StaleKey {
        StaleKey {
            name: name.to_owned(),
            reach: Reach::One,
            ttl: TTL,
        }
    }

    #[test]
    fn a_debt_is_over_when_no_value_from_before_it_can_be_left() {
        let debts = Debts::new(LEASE);
        let start = Instant::now();
        debts.owe(&[key("a")], start);
        assert_eq!(debts.due(start + TTL + LEASE / 2).len(), 1);
        assert!(debts.due(start + TTL + LEASE).is_empty());
        assert!(!debts.exist());
    }

    #[test]
    fn a_key_that_was_changed_again_while_its_drop_was_on_its_way_stays_owed() {
        let debts = Debts::new(LEASE);
        let now = Instant::now();
        debts.owe(&[key("a")], now);
        let due = debts.due(now);
        debts.owe(&[key("a")], now);
        debts.paid(&due);
        assert!(debts.exist());
        debts.paid(&debts.due(now));
        assert!(!debts.exist());
    }

    #[test]
    fn debts_beyond_number_are_a_time_without_trust() {
        let debts = Debts::new(LEASE);
        let now = Instant::now();
        let keys: Vec<StaleKey> = (0..=MAX_OWED).map(|number| key(&number.to_string())).collect();
        debts.owe(&keys, now);
        let due = debts.due(now);
        assert_eq!(due.len(), MAX_OWED);
        debts.paid(&due);
        assert!(debts.exist());
        debts.due(now + TTL + LEASE);
        assert!(!debts.exist());
    }
}

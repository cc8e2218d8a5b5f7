//! The limiter of a process that has lost Redis.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::{Rule, Standing};

/// How many requests are remembered, over all keys: a few megabytes.
const MAX_REQUESTS: usize = 100_000;

/// The same windows as in Redis, in memory.
#[derive(Default)]
pub(crate) struct StandIn {
    windows: HashMap<String, Window>,
    requests: usize,
}

struct Window {
    admitted: VecDeque<Instant>,
    limit: usize,
    length: Duration,
}

impl StandIn {
    pub(crate) fn admit(&mut self, rules: &[Rule], now: Instant) -> Vec<Standing> {
        self.make_room(rules.len(), now);
        let mut standings: Vec<Standing> = rules.iter().map(|rule| self.standing(rule, now)).collect();
        if standings.iter().all(|standing| standing.wait.is_none()) {
            for (rule, standing) in rules.iter().zip(&mut standings) {
                self.count(rule, now);
                standing.remaining -= 1;
                standing.reset = rule.window;
            }
        }
        standings
    }

    fn standing(&mut self, rule: &Rule, now: Instant) -> Standing {
        let free = Standing {
            limit: rule.limit,
            remaining: rule.limit,
            reset: Duration::ZERO,
            wait: None,
        };
        if rule.limit == 0 {
            return Standing {
                wait: Some(rule.window),
                ..free
            };
        }
        let Some(window) = self.windows.get_mut(&rule.key) else {
            return free;
        };
        self.requests -= window.forget_old(now);
        let left = |request: &Instant| (*request + rule.window).saturating_duration_since(now);
        let count = window.admitted.len();
        let limit = usize::try_from(rule.limit).unwrap_or(usize::MAX);
        let wait = count
            .checked_sub(limit)
            .and_then(|index| window.admitted.get(index))
            .map(left);
        let remaining = u32::try_from(limit.saturating_sub(count)).unwrap_or(u32::MAX);
        Standing {
            remaining,
            reset: window.admitted.back().map(left).unwrap_or_default(),
            wait,
            ..free
        }
    }

    fn count(&mut self, rule: &Rule, now: Instant) {
        let limit = usize::try_from(rule.limit).unwrap_or(usize::MAX);
        let fresh = || Window {
            admitted: VecDeque::new(),
            limit,
            length: rule.window,
        };
        self.windows
            .entry(rule.key.clone())
            .or_insert_with(fresh)
            .admitted
            .push_back(now);
        self.requests += 1;
    }

    /// Keeps the memory bounded: what has left its window goes first, then whoever is far from their limit, then all.
    fn make_room(&mut self, needed: usize, now: Instant) {
        if self.requests + needed <= MAX_REQUESTS {
            return;
        }
        for window in self.windows.values_mut() {
            window.forget_old(now);
        }
        self.windows
            .retain(|_, window| window.admitted.len() * 2 >= window.limit.max(2));
        self.requests = self.windows.values().map(|window| window.admitted.len()).sum();
        if self.requests * 2 > MAX_REQUESTS {
            self.windows.clear();
            self.requests = 0;
        }
    }
}

impl Window {
    fn forget_old(&mut self, now: Instant) -> usize {
        let old = self.admitted.partition_point(|request| *request + self.length <= now);
        self.admitted.drain(..old).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn rule(key: &str, limit: u32) -> Rule {
        Rule {
            key: key.to_owned(),
            limit,
            window: MINUTE,
        }
    }

    fn is_admitted(stand_in: &mut StandIn, rules: &[Rule], now: Instant) -> bool {
        stand_in
            .admit(rules, now)
            .iter()
            .all(|standing| standing.wait.is_none())
    }

    #[test]
    fn a_window_slides() {
        let mut stand_in = StandIn::default();
        let rules = [rule("a", 2)];
        let start = Instant::now();
        assert!(is_admitted(&mut stand_in, &rules, start));
        assert!(is_admitted(&mut stand_in, &rules, start + MINUTE / 2));
        let refused = stand_in.admit(&rules, start + MINUTE * 3 / 4)[0];
        assert_eq!((refused.remaining, refused.wait), (0, Some(MINUTE / 4)));
        assert_eq!(refused.reset, MINUTE * 3 / 4);
        assert!(is_admitted(&mut stand_in, &rules, start + MINUTE));
        assert!(!is_admitted(&mut stand_in, &rules, start + MINUTE));
    }

    #[test]
    fn a_refusal_counts_in_no_window() {
        let mut stand_in = StandIn::default();
        let now = Instant::now();
        assert!(is_admitted(&mut stand_in, &[rule("tight", 1)], now));
        assert!(!is_admitted(&mut stand_in, &[rule("wide", 2), rule("tight", 1)], now));
        assert_eq!(stand_in.admit(&[rule("wide", 2)], now)[0].remaining, 1);
    }

    #[test]
    fn a_limit_of_zero_admits_nobody() {
        assert!(!is_admitted(&mut StandIn::default(), &[rule("a", 0)], Instant::now()));
    }

    #[test]
    fn a_flood_of_keys_neither_fills_the_memory_nor_frees_who_is_at_the_limit() {
        let mut stand_in = StandIn::default();
        let now = Instant::now();
        let limited = [rule("limited", 5)];
        for _ in 0..5 {
            assert!(is_admitted(&mut stand_in, &limited, now));
        }
        for number in 0..MAX_REQUESTS + 10 {
            stand_in.admit(&[rule(&number.to_string(), 5)], now);
        }
        assert!(!is_admitted(&mut stand_in, &limited, now));
        assert!(stand_in.requests <= MAX_REQUESTS);
        let held: usize = stand_in.windows.values().map(|window| window.admitted.len()).sum();
        assert_eq!(stand_in.requests, held);
    }
}

//! One loader at a time for each key, within this process.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What became of a loader.
#[derive(Debug, Clone)]
pub(crate) enum Landing {
    /// It brought a value, as JSON.
    Value {
        json: Arc<str>,
        /// Nothing made it stale until it was stored, so it is good for everyone who asked before that. Otherwise it is
        /// good for those only who asked before the loader began.
        is_current: bool,
    },
    /// It failed.
    Failed,
}

type Outcome = Option<Landing>;

/// The loaders under way.
#[derive(Default, Clone)]
pub(crate) struct Flights(Arc<Mutex<HashMap<String, Place>>>);

struct Place {
    outcome: watch::Receiver<Outcome>,
    is_sealed: bool,
}

/// What somebody who needs a value does.
pub(crate) enum Part {
    /// They load it.
    Lead(Flight),
    /// They wait for who does.
    Wait(Waiting),
}

/// A loader under way. Dropped without landing it was given up, and one of those who wait takes over.
pub(crate) struct Flight {
    flights: Flights,
    key: String,
    outcome: watch::Sender<Outcome>,
    landing: Outcome,
}

/// Somebody else's loader.
pub(crate) struct Waiting {
    outcome: watch::Receiver<Outcome>,
    /// Whether what it brings is already on its way to Redis, and may have been dropped there since.
    pub(crate) is_late: bool,
}

impl Flights {
    pub(crate) fn join(&self, key: &str) -> Part {
        match self.places().entry(key.to_owned()) {
            Entry::Occupied(place) => {
                let Place { outcome, is_sealed } = place.get();
                Part::Wait(Waiting {
                    outcome: outcome.clone(),
                    is_late: *is_sealed,
                })
            }
            Entry::Vacant(place) => {
                let (sender, outcome) = watch::channel(None);
                place.insert(Place {
                    outcome,
                    is_sealed: false,
                });
                Part::Lead(Flight {
                    flights: self.clone(),
                    key: key.to_owned(),
                    outcome: sender,
                    landing: None,
                })
            }
        }
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// Says that the value is now sent to Redis; who joins from here on is late.
    pub(crate) fn seal(&self) {
        if let Some(place) = self.flights.places().get_mut(&self.key) {
            place.is_sealed = true;
        }
    }

    pub(crate) fn land(mut self, landing: Landing) {
        self.landing = Some(landing);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        // First out of the list, then the news: who hears of it and joins again must find the next flight.
        self.flights
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
        self.outcome.send_replace(self.landing.take());
    }
}

impl Waiting {
    /// How the flight ended; nothing, when it was given up.
    pub(crate) async fn landing(mut self) -> Outcome {
        match self.outcome.wait_for(Option::is_some).await {
            Ok(landing) => landing.clone(),
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waited_for_a_flight_that_was_given_up_leads_the_next() {
        let flights = Flights::default();
        let Part::Lead(first) = flights.join("key") else {
            panic!("nobody flies yet")
        };
        let Part::Wait(waiting) = flights.join("key") else {
            panic!("the first still flies")
        };
        drop(first);
        assert!(waiting.landing().await.is_none());
        assert!(matches!(flights.join("key"), Part::Lead(_)));
    }

    #[tokio::test]
    async fn everyone_who_waited_hears_how_it_ended() {
        let flights = Flights::default();
        let Part::Lead(flight) = flights.join("key") else {
            panic!("nobody flies yet")
        };
        let Part::Wait(waiting) = flights.join("key") else {
            panic!("it still flies")
        };
        flight.land(Landing::Failed);
        assert!(matches!(waiting.landing().await, Some(Landing::Failed)));
        assert!(matches!(flights.join("other"), Part::Lead(_)));
    }
}

//! Google, as a test arranges it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use das_tern_integrations::{Identity, IdentityError, IdentityProvider, Integrations};
use time::OffsetDateTime;

/// Knows people by their tokens, and may be away.
#[derive(Default)]
pub struct Google {
    people: Mutex<HashMap<String, Identity>>,
    is_away: AtomicBool,
}

impl Google {
    /// An outside world with this Google in it.
    pub fn integrations(self: &Arc<Self>) -> Integrations {
        Integrations {
            identities: self.clone(),
            ..Integrations::local()
        }
    }

    /// Vouches for whoever has the token.
    pub fn vouch(&self, token: &str, subject: &str, email: &str) {
        self.vouch_as(token, subject, email, "Sok", "Samnang");
    }

    /// The same for somebody of another name.
    pub fn vouch_as(&self, token: &str, subject: &str, email: &str, given_name: &str, family_name: &str) {
        let identity = Identity {
            subject: subject.to_owned(),
            email: email.parse().unwrap(),
            given_name: Some(given_name.to_owned()),
            family_name: Some(family_name.to_owned()),
        };
        self.people.lock().unwrap().insert(token.to_owned(), identity);
    }

    pub fn go_away(&self) {
        self.is_away.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl IdentityProvider for Google {
    async fn verify(&self, id_token: &str, _now: OffsetDateTime) -> Result<Identity, IdentityError> {
        if self.is_away.load(Ordering::Relaxed) {
            return Err(IdentityError::Unavailable("away".to_owned()));
        }
        let person = self.people.lock().unwrap().get(id_token).cloned();
        person.ok_or_else(|| IdentityError::Invalid("unknown".to_owned()))
    }
}

//! Requests that have one effect however often they arrive: a phone that heard no answer asks again with the same key.

use das_tern_domain::{AuditLogId, UserId};
use das_tern_persistence::audit_logs::{self, Receipt};
use uuid::{Builder, Uuid};

use crate::effects::By;
use crate::keys::Key;
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Error};

/// What a client says to be one request.
#[derive(Debug, Clone)]
pub struct Once {
    /// The client's own name for it.
    pub key: String,
    /// What is asked, so that the same key with something else is noticed.
    pub request: Vec<u8>,
}

/// Something that was made, now or by an earlier request with the same key.
#[derive(Debug, Clone)]
pub struct Created<T> {
    /// What was made.
    pub value: T,
    /// Whether an earlier request made it.
    pub is_replay: bool,
}

/// What the audit entry of a creation is called, and what it remembers of the request.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) id: AuditLogId,
    pub(crate) fingerprint: String,
}

impl Application {
    /// Makes something once. The audit entry of the first event that `make` records gets an id derived from the caller,
    /// the operation and the key, so that the trail's primary key is the lock: in the same commit, and for ever. Whoever
    /// comes later, or loses the race, gets `again` of the resource that the entry names.
    ///
    /// # Errors
    /// `IDEMPOTENCY_MISMATCH` when the key came with another request before; else what `make` or `again` answers.
    pub(crate) async fn create<T>(
        &self,
        actor: &Actor,
        operation: &'static str,
        once: Option<&Once>,
        make: impl AsyncFn(&mut Work<'_>) -> Result<T, Stop>,
        again: impl AsyncFn(Uuid) -> Result<T, Error>,
    ) -> Result<Created<T>, Error> {
        let fresh = |value| Created {
            value,
            is_replay: false,
        };
        let Some(once) = once else {
            return self.write(By::from(actor), make).await.map(fresh);
        };
        let marks = Marks::of(self.receipt_keys(), actor.id(), operation, once);
        if let Some(resource) = self.made_before(actor, &marks).await? {
            return replayed(again(resource).await);
        }
        let by = By::from(actor);
        match self.write_marked(by, marks.0.first(), make).await {
            Ok(value) => Ok(fresh(value)),
            Err(error) => match self.made_before(actor, &marks).await? {
                Some(resource) => replayed(again(resource).await),
                None => Err(error),
            },
        }
    }

    async fn made_before(&self, actor: &Actor, marks: &Marks) -> Result<Option<Uuid>, Error> {
        for mark in &marks.0 {
            let receipt = audit_logs::receipt(self.database().connection(), mark.id, actor.id()).await?;
            let Some(Receipt { resource, fingerprint }) = receipt else {
                continue;
            };
            if fingerprint != mark.fingerprint {
                return Err(Error::new(Code::IdempotencyMismatch));
            }
            return Ok(Some(resource));
        }
        Ok(None)
    }
}

/// What a request is marked with, and what it would have been before the key of the configuration was changed: whoever asks
/// again after that asks for the same.
struct Marks(Vec<Mark>);

impl Marks {
    fn of(keys: &[Key], user: UserId, operation: &str, once: &Once) -> Self {
        let mark = |key: &Key| {
            let sign = |what: &[u8]| -> [u8; 16] {
                let parts = [user.0.as_bytes(), operation.as_bytes(), once.key.as_bytes(), what];
                key.sign(&parts).first_chunk().copied().unwrap_or_default()
            };
            Mark {
                id: Builder::from_custom_bytes(sign(b"")).into_uuid().into(),
                fingerprint: Uuid::from_bytes(sign(&once.request)).simple().to_string(),
            }
        };
        Self(keys.iter().map(mark).collect())
    }
}

fn replayed<T>(value: Result<T, Error>) -> Result<Created<T>, Error> {
    value.map(|value| Created { value, is_replay: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_recognised_after_the_key_of_the_configuration_was_changed() {
        let [before, after] = ["the key before it, long enough", "the key that came after it"]
            .map(|secret| Key::derive(&secret.into(), "idempotency"));
        let once = Once {
            key: "a".to_owned(),
            request: b"b".to_vec(),
        };
        let marks = |keys: &[Key]| Marks::of(keys, UserId(Uuid::from_u128(1)), "create", &once).0;
        let (then, now) = (marks(std::slice::from_ref(&before)), marks(&[after, before]));
        assert_eq!(now.len(), 2);
        assert_ne!(now[0].id, then[0].id);
        assert_eq!((now[1].id, &now[1].fingerprint), (then[0].id, &then[0].fingerprint));
    }
}

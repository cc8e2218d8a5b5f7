//! What a client sends, within limits: of one body, of its time, and of what all of them together may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, BytesMut, ThinData};
use das_tern_application::{Application, Code, Error};
use futures_util::TryStreamExt;

use crate::Settings;
use crate::context::RequestContext;
use crate::error::Failure;
use crate::state::Shared;

/// The largest body, in bytes (api §1).
const LARGEST: usize = 1 << 20;
/// The largest one that anybody may send without being known, in bytes.
const LARGEST_OF_ANYBODY: usize = 16 << 10;
/// So much of each body is always taken: what nearly all requests send.
const FREE: usize = 16 << 10;
/// How much all bodies on their way may take beyond that; as much again all forms with files, on their way and worked on.
const MOST: usize = 64 << 20;
/// How old what was found out about the caller may be (rules §2: within a second).
const FRESH: Duration = Duration::from_millis(500);

/// How much memory the bodies of one kind take at this moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bodies(Arc<AtomicUsize>);

impl Bodies {
    /// A body that has begun.
    pub(crate) fn begin(&self) -> Held {
        Held {
            bodies: self.clone(),
            bytes: 0,
        }
    }
}

/// What the clients of a server are sending. Anybody may send a form with a file, which must not keep out the bodies of those
/// who are known.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    pub(crate) bodies: Bodies,
    pub(crate) forms: Bodies,
}

impl Incoming {
    /// A body of one kind that has begun, at the server that `request` came to.
    pub(crate) fn begin(request: &HttpRequest, of: impl Fn(&Self) -> &Bodies) -> Held {
        let state = request.app_data::<Shared>();
        state.map_or_else(|| Bodies::default().begin(), |state| of(state.incoming()).begin())
    }
}

/// The part of them that one body takes, until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    bodies: Bodies,
    bytes: usize,
}

impl Held {
    /// Takes more of the same body, unless there is too much of all.
    pub(crate) fn take(&mut self, more: usize) -> Result<(), Failure> {
        let beyond = |bytes: usize| bytes.saturating_sub(FREE);
        let counted = beyond(self.bytes + more) - beyond(self.bytes);
        self.bytes += more;
        let before = self.bodies.0.fetch_add(counted, Ordering::Relaxed);
        if before + counted > MOST {
            return Err(Error::unavailable("too many large bodies at once").into());
        }
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.bodies
            .0
            .fetch_sub(self.bytes.saturating_sub(FREE), Ordering::Relaxed);
    }
}

/// A body that has arrived.
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    _held: Held,
}

/// Reads a whole body. Of one that took its time it is found out once more whether its sender may go on: a token that was
/// ended meanwhile does nothing.
pub(crate) fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Body, Failure>> + use<> {
    let started = Instant::now();
    let patience = patience(request, Settings::body_timeout);
    let context = RequestContext::of(request);
    let application = request.app_data::<ThinData<Application>>().cloned();
    let limit = limit(request);
    let length = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let (payload, held) = (payload.take(), Incoming::begin(request, |incoming| &incoming.bodies));
    async move {
        if length.is_some_and(|length: usize| length > limit) {
            return Err(Code::PayloadTooLarge.into());
        }
        let body = timeout(patience, collect(payload, limit, held)).await;
        let body = body.map_err(|_| Code::MalformedRequest)??;
        if let (Ok(context), Some(application)) = (context, application)
            && started.elapsed() > FRESH
        {
            context.confirm(&application).await?;
        }
        Ok(body)
    }
}

async fn collect(mut payload: Payload, limit: usize, mut held: Held) -> Result<Body, Failure> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.try_next().await.map_err(|_| Code::MalformedRequest)? {
        if bytes.len() + chunk.len() > limit {
            return Err(Code::PayloadTooLarge.into());
        }
        held.take(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(Body {
        bytes: bytes.freeze(),
        _held: held,
    })
}

fn limit(request: &HttpRequest) -> usize {
    // As the router reads it, whatever is escaped in it.
    if request.match_info().as_str().starts_with("/api/v1/auth/") {
        LARGEST_OF_ANYBODY
    } else {
        LARGEST
    }
}

/// One of the times that this server gives its clients.
pub(crate) fn patience(request: &HttpRequest, of: impl Fn(&Settings) -> Duration) -> Duration {
    let state = request.app_data::<Shared>();
    state.map_or_else(|| of(&Settings::default()), |state| of(state.settings()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_is_always_taken_and_what_is_large_while_there_is_room() {
        let bodies = Bodies::default();
        let mut large: Vec<_> = (0..64).map(|_| bodies.begin()).collect();
        for held in &mut large {
            held.take(FREE + LARGEST).unwrap();
        }
        let mut another = bodies.begin();
        another.take(FREE).unwrap();
        assert_eq!(another.take(1).unwrap_err().to_string(), "UNAVAILABLE");
        drop(another);
        large.pop();
        bodies.begin().take(LARGEST).unwrap();
        drop(large);
        assert_eq!(bodies.0.load(Ordering::Relaxed), 0);
    }
}

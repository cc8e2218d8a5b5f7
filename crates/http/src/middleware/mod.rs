//! What happens to every request, from the outside in: the envelope (request id, client, token and limit on the way in;
//! error bodies, headers, log and metrics on the way out), CORS, compression, the gate (limits and panics).

mod arrival;
mod cors;
mod envelope;
mod gate;
pub(crate) mod headers;
mod record;

pub(crate) use arrival::bearer_token;
pub(crate) use cors::cors;
pub(crate) use envelope::Envelope;
pub(crate) use gate::gate;

#[cfg(test)]
mod tests;

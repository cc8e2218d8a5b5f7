/// Why Redis did not do what was asked. The cache and the limiter never say so; only sessions and codes do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is known to be away; nothing was sent.
    #[error("Redis is away")]
    Away,
    /// It was asked, and failed, or did not answer in time.
    #[error("Redis failed: {0}")]
    Failed(#[from] redis::RedisError),
}

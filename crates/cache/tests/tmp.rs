#![allow(clippy::unwrap_used, unreachable_pub, unused, missing_docs, clippy::disallowed_methods)]
#[path = "../../../tests/cache/mod.rs"]
mod cache;
mod support {
    pub mod app {
        pub fn redis_url() -> String {
            std::env::var("REDIS_URL").unwrap()
        }
    }
    #[path = "/work/main/tests/support/redis.rs"]
    pub mod redis;
}

use std::time::{Duration, Instant};

use das_tern_cache::{Cache, Error, Limiter, Redis, Rule, Settings};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use super::{Profile, loaded};
use crate::support::log;
use crate::support::redis::{PrivateRedis, connect, eventually, run, settings_for};

const COMMAND_TIMEOUT: Duration = Duration::from_millis(250);

fn rule() -> Rule {
    Rule {
        key: "user:1".to_owned(),
        limit: 1_000,
        window: Duration::from_mins(1),
    }
}

/// Nobody listens there.
async fn nowhere() -> Settings {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    settings_for(&format!("redis://127.0.0.1:{port}"))
}

/// One of each, as a request would.
async fn use_everything(cache: &Cache, limiter: &Limiter) {
    assert_eq!(
        cache.get_or_load(&Profile(1), || loaded("loaded")).await.as_deref(),
        Ok("loaded")
    );
    assert_eq!(cache.get(&Profile(2)).await, None);
    assert!(!cache.exists(&Profile(2)).await);
    assert_eq!(cache.ttl(&Profile(2)).await, None);
    cache.set(&Profile(3), &String::new()).await;
    cache.del(&Profile(3)).await;
    assert_eq!(limiter.admit(&[rule()], None).await.retry_after_seconds, None);
}

#[tokio::test]
async fn without_redis_everything_is_a_miss_at_once() {
    let redis = connect(&nowhere().await);
    let (cache, limiter) = (Cache::new(redis.clone()), Limiter::new(redis.clone()));
    use_everything(&cache, &limiter).await;
    let started = Instant::now();
    for _ in 0..200 {
        use_everything(&cache, &limiter).await;
    }
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert!(matches!(redis.ping().await, Err(Error::Away)));
    assert_eq!(redis.outages(), 1);
    assert_eq!((cache.counts().hits, cache.counts().misses), (0, 0));
    assert_eq!(cache.counts().errors, 2 * 201);
}

#[tokio::test]
async fn a_redis_that_was_killed_comes_back_by_itself() {
    let mut server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    let cache = Cache::new(redis.clone());
    cache.set(&Profile(1), &"before".to_owned()).await;
    server.kill();
    eventually("the outage is noticed", async || redis.ping().await.is_err()).await;
    assert_eq!(cache.get(&Profile(1)).await, None);
    server.restart().await;
    eventually("the connection is back", async || redis.ping().await.is_ok()).await;
    cache.set(&Profile(1), &"after".to_owned()).await;
    assert_eq!(cache.get(&Profile(1)).await.as_deref(), Some("after"));
    assert_eq!(redis.outages(), 1);
}

#[tokio::test]
async fn attempts_to_connect_become_rarer_but_not_rare() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings_for(&format!("redis://{}", listener.local_addr().unwrap()));
    settings.backoff_min_ms = 50;
    settings.backoff_max_ms = 100;
    let redis = connect(&settings);
    let asking = redis.clone();
    tokio::spawn(async move { asking.ping().await });
    let mut attempts = Vec::new();
    for _ in 0..7 {
        // The attempt fails when the stream is dropped, so the pause begins after this moment.
        let _stream = listener.accept().await.unwrap();
        attempts.push(Instant::now());
    }
    let pauses: Vec<u128> = attempts
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_millis())
        .collect();
    let enough = pauses
        .iter()
        .zip([50, 100, 100, 100, 100, 100])
        .all(|(pause, least)| *pause >= least);
    assert!(enough && pauses[5] < 1_000, "{pauses:?}");
}

#[tokio::test]
async fn a_hanging_redis_costs_one_timeout() {
    let server = PrivateRedis::start().await;
    let mut settings = server.settings();
    settings.command_timeout_ms = 250;
    let redis = connect(&settings);
    let (cache, limiter) = (Cache::new(redis.clone()), Limiter::new(redis.clone()));
    use_everything(&cache, &limiter).await;
    server.hang();
    let started = Instant::now();
    for _ in 0..50 {
        use_everything(&cache, &limiter).await;
    }
    let cost = started.elapsed();
    assert!(cost >= COMMAND_TIMEOUT && cost < COMMAND_TIMEOUT * 3, "{cost:?}");
    server.go_on();
    eventually("the connection is back", async || redis.ping().await.is_ok()).await;
    assert_eq!(redis.outages(), 1);
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings_for(&format!("redis://{}", listener.local_addr().unwrap()));
    settings.command_timeout_ms = 250;
    let redis = connect(&settings);
    let cache = Cache::new(redis.clone());
    let started = Instant::now();
    for _ in 0..20 {
        assert_eq!(cache.get(&Profile(1)).await, None);
    }
    let cost = started.elapsed();
    assert!(cost >= COMMAND_TIMEOUT && cost < COMMAND_TIMEOUT * 3, "{cost:?}");
    assert_eq!(redis.outages(), 1);
}

/// Sets and gets, many times.
async fn use_keys(cache: Cache, caller: u32) {
    for number in 0..20 {
        let key = Profile(caller * 1_000 + number);
        cache.set(&key, &number.to_string()).await;
        cache.get(&key).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_connections_are_replaced_before_anybody_notices() {
    let server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    let cache = Cache::new(redis.clone());
    let mut raw = server.raw().await;
    for _ in 0..30 {
        redis.ping().await.unwrap();
        let callers: Vec<_> = (0..8)
            .map(|caller| tokio::spawn(use_keys(cache.clone(), caller)))
            .collect();
        let killed: u64 = run(&mut raw, &["CLIENT", "KILL", "TYPE", "normal"]).await.unwrap();
        assert_eq!(killed, 1);
        for caller in callers {
            caller.await.unwrap();
        }
    }
    assert_eq!(cache.counts().errors, 0);
    assert_eq!(redis.outages(), 0);
}

#[tokio::test]
async fn an_idle_connection_that_was_closed_is_replaced() {
    let server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    let mut raw = server.raw().await;
    for _ in 0..20 {
        redis.ping().await.unwrap();
        let killed: u64 = run(&mut raw, &["CLIENT", "KILL", "TYPE", "normal"]).await.unwrap();
        assert_eq!(killed, 1);
    }
    redis.ping().await.unwrap();
    assert_eq!(redis.outages(), 0);
}

#[tokio::test]
async fn a_thread_with_an_event_loop_has_a_connection_of_its_own_and_loses_it_unnoticed() {
    let server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    redis.ping().await.unwrap();
    let elsewhere = redis.clone();
    let asked_elsewhere = tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut raw, started) = (server.raw().await, Instant::now());
            // Everybody's, this thread's and ours.
            while run::<String>(&mut raw, &["CLIENT", "LIST"])
                .await
                .unwrap()
                .lines()
                .count()
                < 3
            {
                assert!(started.elapsed() < Duration::from_secs(20), "no connection of its own");
                elsewhere.ping().await.unwrap();
            }
            elsewhere.ping().await.unwrap();
            let killed: u64 = run(&mut raw, &["CLIENT", "KILL", "TYPE", "normal"]).await.unwrap();
            assert_eq!(killed, 2);
            elsewhere.ping().await.unwrap();
        });
    });
    asked_elsewhere.await.unwrap();
    assert_eq!(redis.outages(), 0);
}

#[tokio::test]
async fn a_full_redis_is_a_miss_and_no_outage() {
    let server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    let (cache, limiter) = (Cache::new(redis.clone()), Limiter::new(redis.clone()));
    let mut raw = server.raw().await;
    let () = run(&mut raw, &["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
    for _ in 0..5 {
        use_everything(&cache, &limiter).await;
    }
    let () = run(&mut raw, &["CONFIG", "SET", "maxmemory", "0"]).await.unwrap();
    assert_eq!(
        cache.get_or_load(&Profile(1), || loaded("stored")).await.as_deref(),
        Ok("stored")
    );
    assert_eq!(cache.get(&Profile(1)).await.as_deref(), Some("stored"));
    assert_eq!(redis.outages(), 0);
}

#[tokio::test]
async fn a_server_that_became_a_replica_is_left_until_it_takes_writes_again() {
    let server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    let cache = Cache::new(redis.clone());
    cache.set(&Profile(1), &"before".to_owned()).await;
    let mut raw = server.raw().await;
    let () = run(&mut raw, &["REPLICAOF", "127.0.0.1", "1"]).await.unwrap();
    assert_eq!(
        cache.get_or_load(&Profile(2), || loaded("loaded")).await.as_deref(),
        Ok("loaded")
    );
    assert!(matches!(redis.ping().await, Err(Error::Away)));
    assert_eq!(cache.get(&Profile(1)).await, None);
    let () = run(&mut raw, &["REPLICAOF", "NO", "ONE"]).await.unwrap();
    eventually("the connection is back", async || redis.ping().await.is_ok()).await;
    assert_eq!(cache.get(&Profile(1)).await.as_deref(), Some("before"));
    assert_eq!(redis.outages(), 1);
}

/// Pings in a runtime that ends right after, as that of a worker thread may.
async fn ping_elsewhere(redis: &Redis) -> Result<Duration, Error> {
    let redis = redis.clone();
    let worker = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(redis.ping())
    };
    tokio::task::spawn_blocking(|| std::thread::spawn(worker).join().unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_runtime_that_opened_the_connection_may_end() {
    let server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    ping_elsewhere(&redis).await.unwrap();
    redis.ping().await.unwrap();
}

#[tokio::test]
async fn the_runtime_that_was_connecting_may_end() {
    let mut server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    server.kill();
    ping_elsewhere(&redis).await.unwrap_err();
    server.restart().await;
    eventually("another runtime connects", async || redis.ping().await.is_ok()).await;
}

async fn ask_often(redis: &Redis) {
    for _ in 0..20 {
        drop(redis.ping().await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_outage_is_logged_once_and_so_is_its_end() {
    let (lines, _capture) = log::capture();
    let mut server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    redis.ping().await.unwrap();
    for outage in 1..=2 {
        server.kill();
        eventually("the outage is noticed", async || redis.ping().await.is_err()).await;
        ask_often(&redis).await;
        assert_eq!(lines.with("WARN").len(), outage);
        server.restart().await;
        eventually("the connection is back", async || redis.ping().await.is_ok()).await;
        ask_often(&redis).await;
        assert_eq!(lines.with("INFO").len(), outage);
    }
}

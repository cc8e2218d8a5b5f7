use std::time::{Duration, Instant};

use das_tern_cache::{Cache, StaleKey};

use super::{Day, Profile};
use crate::support::redis::{PrivateRedis, connect, run, settings};

fn day(owner: &str, day: u32) -> Day {
    Day {
        owner: owner.to_owned(),
        day,
    }
}

#[tokio::test]
async fn ten_thousand_keys_are_dropped_while_others_are_served() {
    let redis = PrivateRedis::start().await;
    let cache = Cache::new(connect(&redis.settings()));
    let other = connect(&redis.settings());
    for start in (0..10_000).step_by(1_000) {
        let keys: Vec<Day> = (start..start + 1_000).map(|number| day("sok", number)).collect();
        futures_util::future::join_all(keys.iter().map(|key| cache.set(key, &1))).await;
    }
    cache.set(&day("sokha", 1), &1).await;
    cache.set(&Profile(1), &String::new()).await;
    let mut raw = redis.raw().await;
    let () = run(&mut raw, &["CONFIG", "RESETSTAT"]).await.unwrap();

    let mut drop = std::pin::pin!(cache.del_pattern::<Day>("sok:"));
    let mut answers = 0;
    let mut slowest = Duration::ZERO;
    loop {
        let started = Instant::now();
        tokio::select! {
            () = &mut drop => break,
            answer = other.ping() => {
                answer.unwrap();
                answers += 1;
                slowest = slowest.max(started.elapsed());
            }
        }
    }

    assert!(answers > 5, "{answers} answers while the keys were dropped");
    assert!(slowest < Duration::from_millis(100), "{slowest:?}");
    assert_eq!(run::<u64>(&mut raw, &["DBSIZE"]).await, Ok(2));
    assert!(cache.exists(&day("sokha", 1)).await);
    let commands: String = run(&mut raw, &["INFO", "commandstats"]).await.unwrap();
    assert!(
        commands.contains("cmdstat_scan:") && commands.contains("cmdstat_unlink:"),
        "{commands}"
    );
    assert!(!commands.contains("cmdstat_keys:"), "{commands}");
}

#[tokio::test]
async fn a_pattern_takes_the_id_literally() {
    let cache = Cache::new(connect(&settings()));
    for owner in ["a", "*", "[a-z]", "a?", "\\a"] {
        cache.set(&day(owner, 1), &1).await;
    }
    cache.del_pattern::<Day>("*").await;
    cache.del_pattern::<Day>("[a-z]").await;
    cache.del_pattern::<Day>("\\").await;
    let mut left = Vec::new();
    for owner in ["a", "*", "[a-z]", "a?", "\\a"] {
        if cache.exists(&day(owner, 1)).await {
            left.push(owner);
        }
    }
    assert_eq!(left, ["a", "a?"]);
}

#[tokio::test]
async fn keys_and_patterns_are_dropped_together() {
    let cache = Cache::new(connect(&settings()));
    cache.set(&Profile(1), &String::new()).await;
    cache.set(&Profile(2), &String::new()).await;
    cache.set(&day("sok", 1), &1).await;
    let stale = [StaleKey::of(&Profile(1)), StaleKey::beginning::<Day>("")];
    assert_eq!(
        stale.each_ref().map(ToString::to_string),
        ["user:profile:1", "doses:day:*"]
    );
    cache.forget(&stale).await;
    assert!(!cache.exists(&Profile(1)).await);
    assert!(cache.exists(&Profile(2)).await);
    assert!(!cache.exists(&day("sok", 1)).await);
}

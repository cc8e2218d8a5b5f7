use std::time::{Duration, Instant};

use das_tern_cache::{Cache, CacheCounts, CacheKey};

use super::{Brief, Profile};
use crate::support::app::redis_url;
use crate::support::redis::{connect, eventually, raw, run, settings};

fn cache() -> Cache {
    Cache::new(connect(&settings()))
}

fn hits(counts: CacheCounts) -> (u64, u64, u64) {
    (counts.hits, counts.misses, counts.errors)
}

#[tokio::test]
async fn a_value_is_there_until_it_is_dropped() {
    let cache = cache();
    assert_eq!(cache.get(&Profile(1)).await, None);
    assert!(!cache.exists(&Profile(1)).await);
    cache.set(&Profile(1), &"សុខ".to_owned()).await;
    assert_eq!(cache.get(&Profile(1)).await.as_deref(), Some("សុខ"));
    assert!(cache.exists(&Profile(1)).await);
    cache.del(&Profile(1)).await;
    assert_eq!(cache.get(&Profile(1)).await, None);
    assert_eq!(hits(cache.counts()), (1, 2, 0));
}

#[tokio::test]
async fn a_value_lives_as_long_as_its_key_says() {
    let cache = cache();
    let started = Instant::now();
    cache.set(&Brief, &1).await;
    assert!(cache.ttl(&Brief).await.is_none_or(|left| left <= Brief::TTL));
    eventually("the value expires", async || cache.get(&Brief).await.is_none()).await;
    assert!(started.elapsed() >= Brief::TTL);
    assert_eq!(cache.ttl(&Brief).await, None);
}

#[tokio::test]
async fn a_key_that_says_nothing_else_lives_for_five_minutes() {
    let cache = cache();
    cache.set(&Profile(1), &String::new()).await;
    let left = cache.ttl(&Profile(1)).await.unwrap();
    assert!(
        left > Duration::from_secs(290) && left <= Duration::from_mins(5),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_lifetime_can_be_cut_but_not_stretched() {
    let cache = cache();
    assert!(!cache.expire(&Profile(1), Duration::from_secs(10)).await);
    cache.set(&Profile(1), &String::new()).await;
    assert!(cache.expire(&Profile(1), Duration::from_secs(10)).await);
    assert!(cache.ttl(&Profile(1)).await.unwrap() <= Duration::from_secs(10));
    assert!(cache.expire(&Profile(1), Duration::from_hours(1)).await);
    assert!(cache.ttl(&Profile(1)).await.unwrap() <= Duration::from_mins(5));
}

#[tokio::test]
async fn a_counter_starts_at_zero_and_its_lifetime_is_not_renewed() {
    let cache = cache();
    assert_eq!(cache.incr(&Brief, 2).await, Some(2));
    assert_eq!(cache.get(&Brief).await, Some(2));
    let started = Instant::now();
    eventually("the counter expires although it is used", async || {
        cache.incr(&Brief, 1).await == Some(1)
    })
    .await;
    assert!(started.elapsed() < Brief::TTL * 10);
}

#[tokio::test]
async fn many_count_at_once_and_none_is_lost() {
    struct Visits;
    impl CacheKey for Visits {
        type Value = i64;
        const NAMESPACE: &'static str = "visits";
        fn id(&self) -> String {
            "all".to_owned()
        }
    }
    let cache = cache();
    let counts = futures_util::future::join_all((0..64).map(|_| cache.incr(&Visits, 1))).await;
    assert_eq!(counts.iter().flatten().max(), Some(&64));
}

#[tokio::test]
async fn keys_are_named_by_prefix_namespace_and_id() {
    let settings = settings();
    let cache = Cache::new(connect(&settings));
    cache.set(&Profile(7), &String::new()).await;
    let mut raw = raw(&redis_url()).await;
    let name = format!("{}user:profile:7", settings.key_prefix);
    assert_eq!(run::<u64>(&mut raw, &["EXISTS", &name]).await, Ok(1));
}

#[tokio::test]
async fn what_cannot_be_read_is_a_miss_and_is_replaced() {
    let settings = settings();
    let cache = Cache::new(connect(&settings));
    let mut raw = raw(&redis_url()).await;
    let name = format!("{}user:profile:1", settings.key_prefix);
    cache.set(&Profile(1), &"whole".to_owned()).await;
    let whole: String = run(&mut raw, &["GET", &name]).await.unwrap();
    for corrupt in [
        whole.replace("\"whole\"", "{\"half"),
        "\"untagged\"".to_owned(),
        String::new(),
    ] {
        let () = run(&mut raw, &["SET", &name, &corrupt]).await.unwrap();
        assert_eq!(cache.get(&Profile(1)).await, None, "{corrupt}");
        let loaded = cache
            .get_or_load(&Profile(1), async || Ok::<_, ()>("loaded".to_owned()))
            .await;
        assert_eq!(loaded.as_deref(), Ok("loaded"));
        assert_eq!(cache.get(&Profile(1)).await.as_deref(), Some("loaded"));
    }
}

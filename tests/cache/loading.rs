use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use das_tern_cache::{Cache, StaleKey};
use tokio::sync::Notify;

use super::{Day, Profile, loaded};
use crate::support::app::redis_url;
use crate::support::redis::{Cable, PrivateRedis, connect, eventually, raw, run, settings};

/// A loader that waits to be let go.
#[derive(Default)]
struct Slow {
    started: Notify,
    go: Notify,
}

impl Slow {
    async fn load(&self, value: &str) -> Result<String, ()> {
        self.started.notify_one();
        self.go.notified().await;
        loaded(value).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_callers_make_one_load() {
    let cache = Cache::new(connect(&settings()));
    let loads = Arc::new(AtomicU64::new(0));
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let (cache, loads) = (cache.clone(), loads.clone());
            tokio::spawn(async move {
                let load = async || {
                    loads.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    loaded("loaded").await
                };
                cache.get_or_load(&Profile(1), load).await
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().as_deref(), Ok("loaded"));
    }
    assert_eq!(loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_was_loaded_is_cached() {
    let cache = Cache::new(connect(&settings()));
    assert_eq!(
        cache.get_or_load(&Profile(1), || loaded("first")).await.as_deref(),
        Ok("first")
    );
    assert_eq!(
        cache.get_or_load(&Profile(1), || loaded("second")).await.as_deref(),
        Ok("first")
    );
    assert!(cache.ttl(&Profile(1)).await.unwrap() > Duration::from_secs(290));
    let counts = cache.counts();
    assert_eq!((counts.hits, counts.misses, counts.errors), (1, 1, 0));
}

#[tokio::test]
async fn a_place_held_for_a_loader_is_no_value() {
    let cache = Cache::new(connect(&settings()));
    let load = async || {
        assert!(!cache.exists(&Profile(1)).await);
        assert_eq!(cache.get(&Profile(1)).await, None);
        assert!(!cache.expire(&Profile(1), Duration::from_mins(1)).await);
        loaded("loaded").await
    };
    assert_eq!(cache.get_or_load(&Profile(1), load).await.as_deref(), Ok("loaded"));
    assert!(cache.exists(&Profile(1)).await);
}

#[tokio::test]
async fn a_load_that_fails_fails_for_its_caller_only() {
    let cache = Cache::new(connect(&settings()));
    let slow = Slow::default();
    let first = cache.get_or_load(&Profile(1), async || slow.load("").await.and(Err::<String, _>(())));
    let second = async {
        slow.started.notified().await;
        let waiting = cache.get_or_load(&Profile(1), || loaded("mine"));
        slow.go.notify_one();
        waiting.await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first, Err(()));
    assert_eq!(second.as_deref(), Ok("mine"));
}

#[tokio::test]
async fn whoever_waited_for_a_load_that_failed_waits_for_no_other() {
    let cache = Cache::new(connect(&settings()));
    let slow = Slow::default();
    let first = cache.get_or_load(&Profile(1), async || slow.load("").await.and(Err::<String, _>(())));
    let all = tokio::sync::Barrier::new(8);
    let waiting = (0..8).map(|_| {
        cache.get_or_load(&Profile(1), async || {
            all.wait().await;
            Err(())
        })
    });
    let others = async {
        slow.started.notified().await;
        let go = async { slow.go.notify_one() };
        tokio::join!(futures_util::future::join_all(waiting), go).0
    };
    let all_at_once = async { tokio::join!(first, others) };
    let (first, others) = tokio::time::timeout(Duration::from_secs(5), all_at_once).await.unwrap();
    assert_eq!(first, Err(()));
    assert_eq!(others, vec![Err(()); 8]);
}

#[tokio::test]
async fn when_a_loader_is_given_up_another_caller_takes_over() {
    let cache = Cache::new(connect(&settings()));
    let slow = Slow::default();
    let mut first = Box::pin(cache.get_or_load(&Profile(1), async || slow.load("never").await));
    tokio::select! {
        _ = &mut first => unreachable!("nobody lets it go"),
        () = slow.started.notified() => {}
    }
    let second = cache.get_or_load(&Profile(1), || loaded("second"));
    let give_up = async { drop(first) };
    let (second, ()) = tokio::join!(second, give_up);
    assert_eq!(second.as_deref(), Ok("second"));
    assert_eq!(cache.get(&Profile(1)).await.as_deref(), Some("second"));
}

#[tokio::test]
async fn a_value_loaded_before_its_drop_is_not_stored() {
    let settings = settings();
    let here = Cache::new(connect(&settings));
    let elsewhere = Cache::new(connect(&settings));
    for dropper in [&here, &elsewhere] {
        for stale in [StaleKey::of(&Profile(1)), StaleKey::beginning::<Profile>("")] {
            let load = async || {
                dropper.forget(&[stale]).await;
                loaded("old").await
            };
            assert_eq!(here.get_or_load(&Profile(1), load).await.as_deref(), Ok("old"));
            assert_eq!(here.get(&Profile(1)).await, None);
        }
    }
}

#[tokio::test]
async fn a_value_set_while_another_is_loaded_stays() {
    let cache = Cache::new(connect(&settings()));
    let load = async || {
        cache.set(&Profile(1), &"set".to_owned()).await;
        loaded("loaded").await
    };
    assert_eq!(cache.get_or_load(&Profile(1), load).await.as_deref(), Ok("loaded"));
    assert_eq!(cache.get(&Profile(1)).await.as_deref(), Some("set"));
}

#[tokio::test]
async fn a_caller_after_a_change_does_not_get_what_was_loaded_before_it() {
    let settings = settings();
    let here = Cache::new(connect(&settings));
    let elsewhere = Cache::new(connect(&settings));
    for dropper in [&here, &elsewhere] {
        let slow = Slow::default();
        let early = here.get_or_load(&Profile(1), async || slow.load("old").await);
        let late = async {
            slow.started.notified().await;
            dropper.del(&Profile(1)).await;
            let late = here.get_or_load(&Profile(1), || loaded("new"));
            slow.go.notify_one();
            late.await
        };
        let (early, late) = tokio::join!(early, late);
        assert_eq!(early.as_deref(), Ok("old"));
        assert_eq!(late.as_deref(), Ok("new"));
        here.del(&Profile(1)).await;
    }
}

#[tokio::test]
async fn a_caller_after_a_change_does_not_get_what_was_stored_just_before_it() {
    let server = PrivateRedis::start().await;
    let cable = Cable::to(&server).await;
    let settings = server.settings();
    let here = Cache::new(connect(&cable.settings(&settings)));
    let elsewhere = Cache::new(connect(&settings));
    // So that Redis knows the script that stores.
    here.set(&Profile(2), &String::new()).await;
    let early = here.get_or_load(&Profile(1), async || {
        cable.hold_answers();
        loaded("old").await
    });
    let late = async {
        eventually("the old value is stored", async || elsewhere.exists(&Profile(1)).await).await;
        elsewhere.del(&Profile(1)).await;
        let late = here.get_or_load(&Profile(1), || loaded("new"));
        let answers = async { cable.mend() };
        tokio::join!(late, answers).0
    };
    let (early, late) = tokio::join!(early, late);
    assert_eq!(early.as_deref(), Ok("old"));
    assert_eq!(late.as_deref(), Ok("new"));
}

#[tokio::test]
async fn one_process_does_not_wait_for_the_loader_of_another() {
    let settings = settings();
    let here = Cache::new(connect(&settings));
    let elsewhere = Cache::new(connect(&settings));
    let slow = Slow::default();
    let stuck = here.get_or_load(&Profile(1), async || slow.load("slow").await);
    let quick = async {
        slow.started.notified().await;
        let quick = elsewhere.get_or_load(&Profile(1), || loaded("quick")).await;
        let cached = elsewhere.get(&Profile(1)).await;
        slow.go.notify_one();
        (quick, cached)
    };
    let (stuck, (quick, cached)) = tokio::join!(stuck, quick);
    assert_eq!((stuck.as_deref(), quick.as_deref()), (Ok("slow"), Ok("quick")));
    assert_eq!(cached.as_deref(), Some("quick"));
    assert_eq!(here.get(&Profile(1)).await.as_deref(), Some("quick"));
}

/// What the cache is in front of: each key has a version that only grows.
#[derive(Default)]
struct Versions {
    committed: [AtomicU64; 4],
    /// Versions whose drop has been waited for. Nobody may see an older one from then on.
    finished: [AtomicU64; 4],
}

impl Versions {
    async fn write(&self, cache: &Cache, index: u32) {
        let slot = index as usize;
        let version = self.committed[slot].fetch_add(1, Ordering::SeqCst) + 1;
        cache.del(&key(index)).await;
        self.finished[slot].fetch_max(version, Ordering::SeqCst);
    }

    async fn read(&self, cache: &Cache, index: u32) {
        let slot = index as usize;
        let floor = self.finished[slot].load(Ordering::SeqCst);
        let load = async || {
            let version = self.committed[slot].load(Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok::<_, ()>(version)
        };
        let seen = cache.get_or_load(&key(index), load).await.unwrap();
        assert!(
            seen >= floor,
            "saw version {seen} of key {index} after {floor} was finished"
        );
    }
}

fn key(day: u32) -> Day {
    Day {
        owner: "sok".to_owned(),
        day,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_the_past_while_redis_is_flushed_and_forgets_its_scripts() {
    let redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let caches = [Cache::new(connect(&settings)), Cache::new(connect(&settings))];
    let versions = Arc::new(Versions::default());
    let mut tasks = Vec::new();
    for number in 0..32_u32 {
        let (versions, cache) = (versions.clone(), caches[number as usize % 2].clone());
        tasks.push(tokio::spawn(async move {
            for round in 0..150 {
                if (number + round) % 8 == 0 {
                    versions.write(&cache, round % 4).await;
                } else {
                    versions.read(&cache, round % 4).await;
                }
            }
        }));
    }
    let mut raw = redis.raw().await;
    let all = futures_util::future::join_all(tasks);
    tokio::pin!(all);
    let results = loop {
        tokio::select! {
            results = &mut all => break results,
            () = tokio::time::sleep(Duration::from_millis(2)) => {
                let () = run(&mut raw, &["FLUSHALL"]).await.unwrap();
                let () = run(&mut raw, &["SCRIPT", "FLUSH"]).await.unwrap();
            }
        }
    };
    for result in results {
        result.unwrap();
    }
    for cache in &caches {
        assert!(cache.counts().hits > 0);
        assert_eq!(cache.counts().errors, 0);
    }
}

#[tokio::test]
async fn an_emptied_redis_is_filled_again() {
    let settings = settings();
    let cache = Cache::new(connect(&settings));
    cache.set(&Profile(1), &"before".to_owned()).await;
    let mut raw = raw(&redis_url()).await;
    let () = run(&mut raw, &["DEL", &format!("{}user:profile:1", settings.key_prefix)])
        .await
        .unwrap();
    assert_eq!(
        cache.get_or_load(&Profile(1), || loaded("after")).await.as_deref(),
        Ok("after")
    );
    eventually("the value is cached", async || {
        cache.get(&Profile(1)).await.as_deref() == Some("after")
    })
    .await;
}

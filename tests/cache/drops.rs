//! What was changed while Redis could not be told is not believed afterwards.

use std::time::Duration;

use das_tern_cache::{Cache, StaleKey};

use super::{Day, Profile, loaded};
use crate::support::redis::{Cable, PrivateRedis, connect, eventually, run};

fn day(day: u32) -> Day {
    Day {
        owner: "sok".to_owned(),
        day,
    }
}

#[tokio::test]
async fn drops_are_made_up_for_before_anything_cached_is_believed() {
    let server = PrivateRedis::start().await;
    let cable = Cable::to(&server).await;
    let redis = connect(&cable.settings(&server.settings()));
    let cache = Cache::new(redis.clone());
    cache.set(&Profile(1), &"old".to_owned()).await;
    cache.set(&Profile(2), &"unchanged".to_owned()).await;
    cache.set(&day(1), &1).await;
    cable.cut();
    eventually("the outage is noticed", async || redis.ping().await.is_err()).await;
    cache
        .forget(&[StaleKey::of(&Profile(1)), StaleKey::beginning::<Day>("sok:")])
        .await;
    cable.mend();
    eventually("the connection is back", async || redis.ping().await.is_ok()).await;
    let loaded = cache.get_or_load(&Profile(1), || loaded("new")).await;
    assert_eq!(loaded.as_deref(), Ok("new"));
    assert_eq!(cache.get(&day(1)).await, None);
    assert_eq!(cache.get(&Profile(2)).await.as_deref(), Some("unchanged"));
}

#[tokio::test]
async fn drops_are_made_up_for_even_if_nobody_reads_here() {
    let server = PrivateRedis::start().await;
    let cable = Cable::to(&server).await;
    let settings = server.settings();
    let (redis, elsewhere) = (connect(&cable.settings(&settings)), Cache::new(connect(&settings)));
    let cache = Cache::new(redis.clone());
    elsewhere.set(&Profile(1), &"old".to_owned()).await;
    redis.ping().await.unwrap();
    cable.cut();
    eventually("the outage is noticed", async || redis.ping().await.is_err()).await;
    cache.del(&Profile(1)).await;
    assert_eq!(elsewhere.get(&Profile(1)).await.as_deref(), Some("old"));
    cable.mend();
    eventually("the other process stops seeing it", async || {
        elsewhere.get(&Profile(1)).await.is_none()
    })
    .await;
}

#[tokio::test]
async fn a_value_that_could_not_be_replaced_is_dropped() {
    let server = PrivateRedis::start().await;
    let cable = Cable::to(&server).await;
    let redis = connect(&cable.settings(&server.settings()));
    let cache = Cache::new(redis.clone());
    cache.set(&Profile(1), &"old".to_owned()).await;
    cable.cut();
    eventually("the outage is noticed", async || redis.ping().await.is_err()).await;
    cache.set(&Profile(1), &"new".to_owned()).await;
    cable.mend();
    eventually("the connection is back", async || redis.ping().await.is_ok()).await;
    assert_eq!(cache.get(&Profile(1)).await, None);
}

#[tokio::test]
async fn a_drop_whose_caller_went_away_is_made_up_for() {
    let server = PrivateRedis::start().await;
    let cable = Cable::to(&server).await;
    let cache = Cache::new(connect(&cable.settings(&server.settings())));
    cache.set(&Profile(1), &"old".to_owned()).await;
    cable.silence();
    let stale = [StaleKey::of(&Profile(1))];
    let given_up = tokio::time::timeout(Duration::from_millis(20), cache.forget(&stale)).await;
    assert!(given_up.is_err());
    cable.mend();
    assert_eq!(
        cache.get_or_load(&Profile(1), || loaded("new")).await.as_deref(),
        Ok("new")
    );
}

#[tokio::test]
async fn a_drop_that_redis_refuses_is_made_up_for() {
    let server = PrivateRedis::start().await;
    let cache = Cache::new(connect(&server.settings()));
    let mut raw = server.raw().await;
    cache.set(&Profile(1), &"old".to_owned()).await;
    let () = run(&mut raw, &["ACL", "SETUSER", "default", "-unlink"]).await.unwrap();
    cache.del(&Profile(1)).await;
    assert_eq!(cache.get(&Profile(1)).await, None);
    assert_eq!(
        cache.get_or_load(&Profile(1), || loaded("new")).await.as_deref(),
        Ok("new")
    );
    let () = run(&mut raw, &["ACL", "SETUSER", "default", "+unlink"]).await.unwrap();
    assert_eq!(cache.get(&Profile(1)).await, None);
}

#[tokio::test]
async fn what_comes_back_from_a_snapshot_is_not_believed() {
    let mut server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    let cache = Cache::new(redis.clone());
    let mut raw = server.raw().await;
    cache.set(&Profile(1), &"old".to_owned()).await;
    let () = run(&mut raw, &["SAVE"]).await.unwrap();
    cache.del(&Profile(1)).await;
    server.kill();
    server.restart().await;
    eventually("the connection is back", async || redis.ping().await.is_ok()).await;
    assert_eq!(
        run::<u64>(&mut server.raw().await, &["DBSIZE"]).await,
        Ok(1),
        "the snapshot was read"
    );
    assert_eq!(cache.get(&Profile(1)).await, None);
    assert_eq!(
        cache.get_or_load(&Profile(1), || loaded("new")).await.as_deref(),
        Ok("new")
    );
    assert_eq!(cache.get(&Profile(1)).await.as_deref(), Some("new"));
}

use std::time::Duration;

use das_tern_cache::{Error, Limiter, NewSession, Redis, Rotation, RotationRequest, SessionStore, Settings};
use das_tern_domain::{SessionId, UserId};
use rstest::rstest;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use crate::support::app::redis_url;
use crate::support::redis::{PrivateRedis, connect, eventually, raw, run, settings};

const START: OffsetDateTime = datetime!(2026-03-06 09:00 +7);
const REUSE_WINDOW: Duration = Duration::from_secs(30);
const LIFETIME: Duration = Duration::from_hours(7 * 24);
const ACCESS_LIFETIME: Duration = Duration::from_mins(15);

/// A signed-in device whose refresh tokens are numbered.
struct Device {
    redis: Redis,
    sessions: SessionStore,
    session: SessionId,
    user: UserId,
}

impl Device {
    async fn sign_in() -> Self {
        Self::sign_in_to(connect(&settings()), UserId(Uuid::now_v7())).await
    }

    async fn sign_in_to(redis: Redis, user: UserId) -> Self {
        let sessions = SessionStore::new(redis.clone());
        let device = Self {
            redis,
            sessions,
            session: SessionId(Uuid::now_v7()),
            user,
        };
        device
            .sessions
            .create(&device.new_session("phone"), LIFETIME)
            .await
            .unwrap();
        device
    }

    fn new_session(&self, name: &str) -> NewSession {
        NewSession {
            id: self.session,
            user: self.user,
            epoch: 0,
            token_hash: [0; 32],
            device: Some(name.to_owned()),
            created_at: START,
        }
    }

    fn request(&self, token: u8, after: Duration) -> RotationRequest {
        RotationRequest {
            session: self.session,
            user: self.user,
            presented: [token; 32],
            next: [token + 1; 32],
            now: START + after,
            reuse_window: REUSE_WINDOW,
            lifetime: LIFETIME,
            access_lifetime: ACCESS_LIFETIME,
        }
    }

    async fn present(&self, token: u8, after: Duration) -> Rotation {
        self.sessions.rotate(&self.request(token, after)).await.unwrap()
    }

    async fn has_ended(&self) -> bool {
        Limiter::new(self.redis.clone())
            .admit(&[], Some(self.session))
            .await
            .session_revoked
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[rstest]
#[case::the_current_token_is_replaced(&[(0, 0), (1, 60), (2, 120)], Rotation::Rotated)]
#[case::a_token_may_be_used_again_right_away(&[(0, 0), (0, 29)], Rotation::Replayed { successors: 1 })]
#[case::after_the_window_it_counts_as_stolen(&[(0, 0), (0, 30)], Rotation::Reused)]
#[case::using_it_again_does_not_prolong_the_window(&[(0, 0), (0, 20), (0, 40)], Rotation::Reused)]
#[case::its_successor_works_after_it_was_used_again(&[(0, 0), (0, 10), (1, 20)], Rotation::Rotated)]
#[case::so_may_the_one_before_it(&[(0, 0), (1, 10), (0, 11)], Rotation::Replayed { successors: 2 })]
#[case::and_the_one_before_that(&[(0, 0), (1, 10), (2, 20), (0, 29)], Rotation::Replayed { successors: 3 })]
#[case::each_has_a_window_of_its_own(&[(0, 0), (1, 10), (0, 30)], Rotation::Reused)]
#[case::which_another_rotation_does_not_shorten(&[(0, 0), (1, 10), (2, 35), (1, 39)], Rotation::Replayed { successors: 2 })]
#[case::a_token_that_was_never_issued_counts_as_stolen(&[(7, 0)], Rotation::Reused)]
#[case::after_a_theft_nothing_works(&[(0, 0), (0, 60), (1, 61)], Rotation::Unknown)]
#[case::a_theft_that_nobody_was_told_of_is_told_again(&[(0, 0), (0, 60), (1, 90)], Rotation::Reused)]
#[tokio::test]
async fn a_refresh_token_is_good_once(#[case] uses: &[(u8, u64)], #[case] last: Rotation) {
    let device = Device::sign_in().await;
    let mut outcome = None;
    for (token, after) in uses {
        outcome = Some(device.present(*token, seconds(*after)).await);
    }
    assert_eq!(outcome, Some(last));
    let is_over = matches!(last, Rotation::Reused | Rotation::Unknown);
    assert_eq!(device.has_ended().await, is_over);
    assert_eq!(device.sessions.list(device.user).await.unwrap().is_empty(), is_over);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_parallel_refreshes_rotate_once_and_all_go_on() {
    let device = Device::sign_in().await;
    let requests: Vec<_> = (0..20)
        .map(|_| {
            let (sessions, request) = (device.sessions.clone(), device.request(0, seconds(1)));
            tokio::spawn(async move { sessions.rotate(&request).await.unwrap() })
        })
        .collect();
    let outcomes: Vec<Rotation> = futures_util::future::join_all(requests)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let count = |rotation: Rotation| outcomes.iter().filter(|outcome| **outcome == rotation).count();
    let replayed = count(Rotation::Replayed { successors: 1 });
    assert_eq!((count(Rotation::Rotated), replayed), (1, 19));
    assert_eq!(device.present(1, seconds(2)).await, Rotation::Rotated);
}

#[tokio::test]
async fn a_session_belongs_to_one_user() {
    let device = Device::sign_in().await;
    let request = RotationRequest {
        user: UserId(Uuid::now_v7()),
        ..device.request(0, seconds(1))
    };
    assert_eq!(device.sessions.rotate(&request).await.unwrap(), Rotation::Unknown);
    assert_eq!(device.present(0, seconds(2)).await, Rotation::Rotated);
}

#[tokio::test]
async fn a_session_that_is_not_refreshed_expires() {
    let device = Device::sign_in().await;
    let short = RotationRequest {
        lifetime: Duration::from_millis(50),
        ..device.request(0, seconds(1))
    };
    assert_eq!(device.sessions.rotate(&short).await.unwrap(), Rotation::Rotated);
    eventually("it is no longer listed", async || {
        device.sessions.list(device.user).await.unwrap().is_empty()
    })
    .await;
    assert_eq!(device.present(1, seconds(2)).await, Rotation::Unknown);

    device
        .sessions
        .create(&device.new_session("phone"), Duration::from_millis(50))
        .await
        .unwrap();
    eventually("it is gone", async || {
        device.sessions.list(device.user).await.unwrap().is_empty()
    })
    .await;
    assert_eq!(device.present(0, seconds(2)).await, Rotation::Unknown);
}

#[tokio::test]
async fn ending_a_session_ends_no_other() {
    let phone = Device::sign_in().await;
    let tablet = Device::sign_in_to(phone.redis.clone(), phone.user).await;
    phone
        .sessions
        .revoke(phone.session, phone.user, ACCESS_LIFETIME)
        .await
        .unwrap();
    assert!(phone.has_ended().await);
    assert!(!tablet.has_ended().await);
    assert_eq!(phone.present(0, seconds(1)).await, Rotation::Unknown);
    assert_eq!(tablet.present(0, seconds(1)).await, Rotation::Rotated);
    let left = phone.sessions.list(phone.user).await.unwrap();
    assert_eq!(
        left.iter().map(|session| session.id).collect::<Vec<_>>(),
        [tablet.session]
    );
}

#[tokio::test]
async fn ending_all_sessions_of_a_user_ends_nobody_elses() {
    let phone = Device::sign_in().await;
    let tablet = Device::sign_in_to(phone.redis.clone(), phone.user).await;
    let stranger = Device::sign_in_to(phone.redis.clone(), UserId(Uuid::now_v7())).await;
    assert_eq!(phone.sessions.revoke_all(phone.user, ACCESS_LIFETIME).await.unwrap(), 2);
    for ended in [&phone, &tablet] {
        assert!(ended.has_ended().await);
        assert_eq!(ended.present(0, seconds(1)).await, Rotation::Unknown);
    }
    assert!(!stranger.has_ended().await);
    assert_eq!(stranger.present(0, seconds(1)).await, Rotation::Rotated);
    assert_eq!(phone.sessions.revoke_all(phone.user, ACCESS_LIFETIME).await.unwrap(), 0);
}

/// The names of what is stored, without the prefix.
async fn stored(settings: &Settings) -> Vec<String> {
    let prefix = &settings.key_prefix;
    let names: Vec<String> = run(&mut raw(&redis_url()).await, &["KEYS", &format!("{prefix}*")])
        .await
        .unwrap();
    names.iter().map(|name| name.replace(prefix, "")).collect()
}

#[tokio::test]
async fn nothing_but_a_mark_is_left_of_a_session_that_was_ended() {
    let settings = settings();
    let user = UserId(Uuid::now_v7());
    let sign_in = || Device::sign_in_to(connect(&settings), user);
    let (stolen, ended, last) = (sign_in().await, sign_in().await, sign_in().await);
    assert_eq!(stolen.present(9, seconds(1)).await, Rotation::Reused);
    for over in [&stolen, &ended] {
        over.sessions.revoke(over.session, user, ACCESS_LIFETIME).await.unwrap();
    }
    let raw = &mut raw(&redis_url()).await;
    let of_user = format!("{}session:of:{user}", settings.key_prefix);
    assert_eq!(
        run::<Vec<String>>(raw, &["ZRANGE", &of_user, "0", "-1"]).await,
        Ok(vec![last.session.to_string()])
    );
    last.sessions.revoke_all(user, ACCESS_LIFETIME).await.unwrap();
    let left = stored(&settings).await;
    assert!(
        left.len() == 3 && left.iter().all(|name| name.starts_with("session:ended:")),
        "{left:?}"
    );
}

#[tokio::test]
async fn nothing_is_left_of_sessions_that_expired() {
    let brief = Duration::from_millis(50);
    let settings = settings();
    let device = Device::sign_in_to(connect(&settings), UserId(Uuid::now_v7())).await;
    device
        .sessions
        .rotate(&RotationRequest {
            lifetime: brief,
            ..device.request(0, seconds(1))
        })
        .await
        .unwrap();
    eventually("it is gone after a rotation", async || {
        stored(&settings).await.is_empty()
    })
    .await;
    device
        .sessions
        .create(&device.new_session("phone"), brief)
        .await
        .unwrap();
    eventually("it is gone without one", async || stored(&settings).await.is_empty()).await;
}

#[tokio::test]
async fn a_new_session_clears_away_those_of_its_user_that_expired() {
    let settings = settings();
    let first = Device::sign_in_to(connect(&settings), UserId(Uuid::now_v7())).await;
    let after = NewSession {
        id: SessionId(Uuid::now_v7()),
        created_at: START + LIFETIME,
        ..first.new_session("another phone")
    };
    first.sessions.create(&after, LIFETIME).await.unwrap();
    let of_user = format!("{}session:of:{}", settings.key_prefix, first.user);
    assert_eq!(
        run::<u64>(&mut raw(&redis_url()).await, &["ZCARD", &of_user]).await,
        Ok(1)
    );
}

#[tokio::test]
async fn the_mark_of_an_ended_session_goes_with_its_access_tokens() {
    let device = Device::sign_in().await;
    device
        .sessions
        .revoke(device.session, device.user, Duration::from_millis(80))
        .await
        .unwrap();
    assert!(device.has_ended().await);
    eventually("the mark is gone", async || !device.has_ended().await).await;
}

#[tokio::test]
async fn sessions_are_listed_the_last_used_first() {
    let phone = Device::sign_in().await;
    let tablet = Device::sign_in_to(phone.redis.clone(), phone.user).await;
    tablet
        .sessions
        .create(
            &NewSession {
                device: None,
                ..tablet.new_session("")
            },
            LIFETIME,
        )
        .await
        .unwrap();
    phone.present(0, seconds(60)).await;
    let listed = phone.sessions.list(phone.user).await.unwrap();
    let seen: Vec<_> = listed
        .iter()
        .map(|session| (session.id, session.created_at, session.refreshed_at))
        .collect();
    assert_eq!(
        seen,
        [
            (phone.session, START, START + seconds(60)),
            (tablet.session, START, START)
        ]
    );
    assert_eq!(
        (listed[0].device.as_deref(), listed[1].device.as_deref()),
        (Some("phone"), None)
    );
}

#[tokio::test]
async fn without_redis_sessions_say_so() {
    let mut server = PrivateRedis::start().await;
    let device = Device::sign_in_to(connect(&server.settings()), UserId(Uuid::now_v7())).await;
    server.kill();
    eventually("the outage is noticed", async || device.redis.ping().await.is_err()).await;
    assert!(matches!(
        device.sessions.rotate(&device.request(0, seconds(1))).await,
        Err(Error::Away)
    ));
    assert!(device.sessions.list(device.user).await.is_err());
    assert!(device.sessions.revoke_all(device.user, ACCESS_LIFETIME).await.is_err());
    server.restart().await;
    eventually("the connection is back", async || device.redis.ping().await.is_ok()).await;
    assert_eq!(device.present(0, seconds(1)).await, Rotation::Unknown);
}

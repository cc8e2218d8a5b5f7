//! Refresh sessions (rules §2): one for each signed-in device, with the hashes of its current token and of those that it
//! replaced a moment ago.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;
use std::time::Duration;

use das_tern_domain::{SessionId, UserId};
use redis::Script;
use time::OffsetDateTime;

use crate::cache::milliseconds;
use crate::{Error, Redis};

static ROTATE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/rotate.lua")));
static END_ALL: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/end_all.lua")));

/// A session that begins.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id, which its access tokens carry.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The user's token epoch, which ends with it.
    pub epoch: i64,
    /// The hash of its first refresh token.
    pub token_hash: [u8; 32],
    /// What the device calls itself.
    pub device: Option<String>,
    /// When it begins.
    pub created_at: OffsetDateTime,
}

/// A session of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The user's token epoch when it began; in a later one it has ended, whatever Redis remembers.
    pub epoch: i64,
    /// What the device calls itself.
    pub device: Option<String>,
    /// When it began, to the millisecond.
    pub created_at: OffsetDateTime,
    /// When its refresh token was last replaced, to the millisecond.
    pub refreshed_at: OffsetDateTime,
}

/// Somebody presents a refresh token and wants its successor.
#[derive(Debug, Clone)]
pub struct RotationRequest {
    /// The session that the token names.
    pub session: SessionId,
    /// The user that it names.
    pub user: UserId,
    /// Its hash.
    pub presented: [u8; 32],
    /// The hash of its successor, the same for everyone who presents this token.
    pub next: [u8; 32],
    /// Now.
    pub now: OffsetDateTime,
    /// For how long after its rotation a token may be presented again.
    pub reuse_window: Duration,
    /// How long the session lives without another rotation.
    pub lifetime: Duration,
    /// How long the session's access tokens may still live, should it end now.
    pub access_lifetime: Duration,
}

/// What became of a presented token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Its successor took its place.
    Rotated,
    /// Its successor took its place a moment ago, perhaps others that one's since. Nothing changes, and the caller may have
    /// the latest, too.
    Replayed {
        /// Which of its successors is in its place now, from 1.
        successors: usize,
    },
    /// It was replaced too long ago, so somebody has a copy. The session's access tokens are dead, and it is to be
    /// [revoked](SessionStore::revoke) once its owner was told; until then this is said again, after the reuse window.
    Reused,
    /// There is no such session, or it has ended.
    Unknown,
}

/// Keeps the refresh sessions. Redis may lose them at any time, which costs their owners a new login.
#[derive(Clone)]
pub struct SessionStore {
    redis: Redis,
}

impl SessionStore {
    /// A store in `redis`.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self { redis }
    }

    /// Remembers a session for `lifetime`, unless it is rotated.
    ///
    /// # Errors
    /// While Redis is away.
    pub async fn create(&self, session: &NewSession, lifetime: Duration) -> Result<(), Error> {
        let created_at = instant(session.created_at);
        let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
        let of_session = self.redis.key(&session_key(session.id));
        let of_user = self.redis.key(&user_key(session.user));
        let mut commands = redis::pipe();
        commands.atomic();
        commands.cmd("DEL").arg(&of_session).ignore();
        let hash = commands
            .cmd("HSET")
            .arg(&of_session)
            .arg("user")
            .arg(session.user.to_string());
        hash.arg("epoch")
            .arg(session.epoch)
            .arg("current")
            .arg(hex(&session.token_hash));
        hash.arg("created_at").arg(created_at).arg("rotated_at").arg(created_at);
        if let Some(device) = &session.device {
            hash.arg("device").arg(device);
        }
        hash.ignore();
        commands.cmd("PEXPIRE").arg(&of_session).arg(lifetime).ignore();
        commands
            .cmd("ZREMRANGEBYSCORE")
            .arg(&of_user)
            .arg("-inf")
            .arg(created_at)
            .ignore();
        let expires_at = created_at.saturating_add(lifetime);
        commands
            .cmd("ZADD")
            .arg(&of_user)
            .arg(expires_at)
            .arg(session.id.to_string())
            .ignore();
        commands.cmd("PEXPIRE").arg(&of_user).arg(lifetime).ignore();
        self.redis.transact(&commands).await
    }

    /// Replaces a refresh token by its successor. Asked twice for the same, it does it once.
    ///
    /// # Errors
    /// While Redis is away.
    pub async fn rotate(&self, request: &RotationRequest) -> Result<Rotation, Error> {
        let mut script = ROTATE.key(self.redis.key(&session_key(request.session)));
        script
            .key(self.redis.key(&user_key(request.user)))
            .key(self.redis.key(&ended_key(request.session)));
        script.arg(request.user.to_string()).arg(request.session.to_string());
        script
            .arg(hex(&request.presented))
            .arg(hex(&request.next))
            .arg(instant(request.now));
        for duration in [request.reuse_window, request.lifetime, request.access_lifetime] {
            script.arg(milliseconds(duration));
        }
        let (answer, successors): (String, usize) = self.redis.run(&script).await?;
        Ok(match answer.as_str() {
            "rotated" => Rotation::Rotated,
            "replayed" => Rotation::Replayed { successors },
            "reused" => Rotation::Reused,
            _ => Rotation::Unknown,
        })
    }

    /// Ends a session, and with it the access tokens that it may still have for `access_lifetime`.
    ///
    /// # Errors
    /// While Redis is away.
    pub async fn revoke(&self, session: SessionId, user: UserId, access_lifetime: Duration) -> Result<(), Error> {
        let marker = self.redis.key(&ended_key(session));
        let mut commands = redis::pipe();
        commands.atomic();
        commands
            .cmd("SET")
            .arg(marker)
            .arg(1)
            .arg("PX")
            .arg(milliseconds(access_lifetime))
            .ignore();
        commands.cmd("DEL").arg(self.redis.key(&session_key(session))).ignore();
        commands
            .cmd("ZREM")
            .arg(self.redis.key(&user_key(user)))
            .arg(session.to_string())
            .ignore();
        self.redis.transact(&commands).await
    }

    /// Ends all sessions of a user that Redis remembers; how many. What Redis has lost ends by the user's token epoch.
    ///
    /// # Errors
    /// While Redis is away.
    pub async fn revoke_all(&self, user: UserId, access_lifetime: Duration) -> Result<u64, Error> {
        let mut script = END_ALL.key(self.redis.key(&user_key(user)));
        script
            .arg(self.redis.key(SESSION))
            .arg(self.redis.key(ENDED))
            .arg(milliseconds(access_lifetime));
        self.redis.run(&script).await
    }

    /// The sessions of a user, the one that was refreshed last first.
    ///
    /// # Errors
    /// While Redis is away.
    pub async fn list(&self, user: UserId) -> Result<Vec<Session>, Error> {
        let newest_first = redis::cmd("ZRANGE")
            .arg(self.redis.key(&user_key(user)))
            .arg(&["0", "-1", "REV"])
            .to_owned();
        let ids: Vec<String> = self.redis.query(&newest_first).await?;
        let ids: Vec<SessionId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut commands = redis::pipe();
        for id in &ids {
            commands.cmd("HGETALL").arg(self.redis.key(&session_key(*id)));
        }
        let stored: Vec<HashMap<String, String>> = self.redis.transact(&commands).await?;
        Ok(ids
            .into_iter()
            .zip(stored)
            .filter_map(|(id, fields)| session(id, fields))
            .collect())
    }
}

const SESSION: &str = "session:";
const ENDED: &str = "session:ended:";

fn session_key(session: SessionId) -> String {
    format!("{SESSION}{session}")
}

fn user_key(user: UserId) -> String {
    format!("session:of:{user}")
}

/// The marker that outlives a session as long as its access tokens might.
pub(crate) fn ended_key(session: SessionId) -> String {
    format!("{ENDED}{session}")
}

/// A session as it is stored; nothing, when it has expired.
fn session(id: SessionId, mut fields: HashMap<String, String>) -> Option<Session> {
    let time = |milliseconds: Option<&String>| {
        let nanoseconds = milliseconds?.parse::<i128>().ok()?.checked_mul(1_000_000)?;
        OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()
    };
    Some(Session {
        id,
        epoch: fields.get("epoch")?.parse().ok()?,
        created_at: time(fields.get("created_at"))?,
        refreshed_at: time(fields.get("rotated_at"))?,
        device: fields.remove("device"),
    })
}

pub(crate) fn instant(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

pub(crate) fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

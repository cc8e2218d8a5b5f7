//! Who is connected with whom: every status, and every level for doctors and for family.

use das_tern_domain::{
    AccessGrant, AccessScope, ConnectionId, ConnectionMetadata, ConnectionStatus, PermissionLevel, UserRole,
};
use das_tern_persistence::entities::connection;
use time::{Duration, OffsetDateTime};

use super::calendar::Calendar;
use super::cast::{BOPHA, DARA, PISETH, Person, RATANAK, SAMNANG, SOPHEA, SOTHY, SREYPOV, VANNAK, VISAL};
use super::id_of;
use super::treatments::HEART;

use ConnectionStatus::{Accepted, Pending, Revoked};
use PermissionLevel::{Allowed, NotAllowed, Request, Selected};

/// Two people, one of whom asked the other.
pub(super) struct Link {
    pub(super) from: &'static Person,
    pub(super) to: &'static Person,
    pub(super) status: ConnectionStatus,
    pub(super) level: PermissionLevel,
    /// Answered on the next day, ended the day after that.
    pub(super) asked_days_ago: i64,
    more: More,
}

/// What a connection carries beside its level.
#[derive(PartialEq)]
enum More {
    Nothing,
    AlertsOff,
    HeartOnly,
    LastWeeks,
    Approved,
}

const fn link(
    from: &'static Person,
    to: &'static Person,
    status: ConnectionStatus,
    level: PermissionLevel,
    asked_days_ago: i64,
) -> Link {
    Link {
        from,
        to,
        status,
        level,
        asked_days_ago,
        more: More::Nothing,
    }
}

impl Link {
    const fn with(self, more: More) -> Self {
        Self { more, ..self }
    }

    pub(super) fn id(&self) -> ConnectionId {
        id_of("connection", &format!("{}/{}", self.from.key, self.to.key)).into()
    }

    /// The one whose data it opens: the side that is asked where both are patients.
    pub(super) fn patient(&self) -> &'static Person {
        if self.to.role() == UserRole::Patient {
            self.to
        } else {
            self.from
        }
    }

    /// The other side.
    pub(super) fn viewer(&self) -> &'static Person {
        if self.to.role() == UserRole::Patient {
            self.from
        } else {
            self.to
        }
    }

    /// Whether the other side is alerted to missed doses (rules §6).
    pub(super) fn is_alerted(&self) -> bool {
        self.status == Accepted
            && self.level != NotAllowed
            && self.more != More::AlertsOff
            && !self.viewer().is_doctor()
    }

    pub(super) fn asked_at(&self, calendar: &Calendar) -> OffsetDateTime {
        calendar.at(self.asked_days_ago, 9)
    }

    pub(super) fn answered_at(&self, calendar: &Calendar) -> OffsetDateTime {
        calendar.at(self.asked_days_ago - 1, 10)
    }

    pub(super) fn ended_at(&self, calendar: &Calendar) -> OffsetDateTime {
        calendar.at(self.asked_days_ago - 2, 11)
    }

    fn metadata(&self, calendar: &Calendar) -> ConnectionMetadata {
        let scope = match self.more {
            More::HeartOnly => Some(AccessScope {
                prescription_ids: vec![HEART.id()],
                ..AccessScope::default()
            }),
            More::LastWeeks => Some(AccessScope {
                from: Some(calendar.day(14)),
                to: Some(calendar.day(-14)),
                ..AccessScope::default()
            }),
            More::Nothing | More::AlertsOff | More::Approved => None,
        };
        let expires_at = calendar.first_run + Duration::hours(23);
        ConnectionMetadata {
            alerts_enabled: self.more != More::AlertsOff,
            scope,
            grant: (self.more == More::Approved).then_some(AccessGrant { expires_at }),
            ..ConnectionMetadata::default()
        }
    }

    fn row(&self, calendar: &Calendar) -> connection::Model {
        let asked = self.asked_at(calendar);
        let answered = (self.status == Accepted).then(|| self.answered_at(calendar));
        let ended = (self.status == Revoked).then(|| self.ended_at(calendar));
        connection::Model {
            id: self.id(),
            initiator_id: self.from.id(),
            recipient_id: self.to.id(),
            status: self.status,
            permission_level: self.level,
            requested_at: asked,
            accepted_at: answered,
            revoked_at: ended,
            created_at: asked,
            updated_at: ended.or(answered).unwrap_or(asked),
            metadata: self.metadata(calendar),
        }
    }
}

pub(super) fn rows(calendar: &Calendar) -> Vec<connection::Model> {
    LINKS.iter().map(|link| link.row(calendar)).collect()
}

pub(super) static LINKS: [Link; 18] = [
    link(&PISETH, &SAMNANG, Accepted, Allowed, 60),
    link(&BOPHA, &SAMNANG, Accepted, Selected, 40).with(More::HeartOnly),
    link(&RATANAK, &SAMNANG, Pending, Allowed, 2),
    link(&PISETH, &DARA, Accepted, Request, 50).with(More::Approved),
    link(&DARA, &RATANAK, Accepted, Allowed, 45),
    link(&DARA, &BOPHA, Accepted, Selected, 20).with(More::LastWeeks),
    link(&PISETH, &SOPHEA, Accepted, Allowed, 44),
    link(&BOPHA, &SOPHEA, Accepted, NotAllowed, 25),
    link(&VANNAK, &PISETH, Accepted, Allowed, 30),
    link(&BOPHA, &VANNAK, Accepted, Request, 15),
    link(&RATANAK, &VANNAK, Revoked, Allowed, 35),
    link(&SREYPOV, &SAMNANG, Accepted, Allowed, 58),
    link(&SAMNANG, &VISAL, Accepted, Selected, 55).with(More::AlertsOff),
    link(&SOTHY, &SAMNANG, Pending, Allowed, 3),
    link(&SOTHY, &DARA, Accepted, Request, 40),
    link(&VANNAK, &DARA, Accepted, Allowed, 18),
    link(&SREYPOV, &SOPHEA, Accepted, NotAllowed, 28),
    link(&VISAL, &SOPHEA, Revoked, Allowed, 32),
];

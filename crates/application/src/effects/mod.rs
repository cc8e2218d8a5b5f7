//! What an event leaves behind, derived by three exhaustive functions: its audit entry, its notifications and the
//! cached values it makes stale. None of them has a catch-all arm: a new event asks for all three.

mod audit;
mod connections;
mod leaving;
mod notifications;
mod own;
mod prescriptions;
mod sign_in;
mod stale;

use std::net::IpAddr;

use das_tern_domain::{AuditActionType, Event, UserId, UserRole};
use das_tern_persistence::effects::{Effects, NewAuditLog, NewNotification};
use das_tern_persistence::users::Account;
use serde_json::json;
use time::OffsetDateTime;

use crate::world::IdSource;
use crate::{Actor, Texts};

pub(crate) use stale::{DayScheduleKey, stale_after};

/// Who brings a change about: a person, or nobody for the system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By {
    user: Option<(UserId, UserRole)>,
    ip: Option<IpAddr>,
}

impl By {
    pub(crate) const SYSTEM: Self = Self { user: None, ip: None };

    /// Somebody who acts on their own account while they sign in.
    pub(crate) fn own(account: &Account, ip: Option<IpAddr>) -> Self {
        Self {
            user: Some((account.id, account.role)),
            ip,
        }
    }

    /// Somebody who is not signed in, but is known to own an account.
    pub(crate) fn owner(user: UserId, role: UserRole, ip: IpAddr) -> Self {
        Self {
            user: Some((user, role)),
            ip: Some(ip),
        }
    }
}

impl From<&Actor> for By {
    fn from(actor: &Actor) -> Self {
        Self {
            user: Some((actor.account.id, actor.account.role)),
            ip: actor.ip,
        }
    }
}

/// What turns events into rows.
pub(crate) struct Scribe<'a> {
    pub(crate) texts: &'a Texts,
    pub(crate) ids: &'a dyn IdSource,
    pub(crate) now: OffsetDateTime,
    pub(crate) by: By,
}

impl Scribe<'_> {
    /// The rows of these events. Each notification has an entry of its own, so that the trail shows who was told.
    pub(crate) fn rows(&self, events: &[Event]) -> Effects {
        let mut effects = Effects::default();
        for event in events {
            effects
                .audit_logs
                .extend(audit::entry(event).map(|entry| self.audit_log(self.by, entry)));
            for draft in notifications::drafts(event, self.texts) {
                let notification = self.notification(&draft);
                effects
                    .audit_logs
                    .push(self.audit_log(By::SYSTEM, sent(&notification, draft.patient)));
                effects.notifications.push(notification);
            }
        }
        effects
    }

    fn audit_log(&self, by: By, entry: audit::Entry) -> NewAuditLog {
        NewAuditLog {
            id: self.ids.next_id().into(),
            actor_id: by.user.map(|(id, _)| id),
            actor_role: by.user.map(|(_, role)| role),
            action_type: entry.action,
            resource_type: entry.resource_type,
            resource_id: entry.resource_id,
            patient_id: entry.patient,
            details: entry.details,
            ip_address: by.ip.map(|ip| ip.to_string()),
            created_at: self.now,
        }
    }

    fn notification(&self, draft: &notifications::Draft) -> NewNotification {
        NewNotification {
            id: self.ids.next_id().into(),
            recipient_id: draft.recipient,
            kind: draft.kind,
            title: draft.title.clone(),
            message: draft.message.clone(),
            data: draft.data.clone(),
            created_at: self.now,
        }
    }
}

fn sent(notification: &NewNotification, patient: Option<UserId>) -> audit::Entry {
    audit::Entry {
        action: AuditActionType::NotificationSent,
        resource_type: "Notification",
        resource_id: Some(notification.id.0),
        patient,
        details: json!({ "recipientId": notification.recipient_id, "type": notification.kind }),
    }
}

#[cfg(test)]
mod tests;

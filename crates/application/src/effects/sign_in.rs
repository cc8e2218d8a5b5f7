//! What changes of signing in leave behind.

use das_tern_domain::{AuditActionType, NotificationType, RefreshTokenReused, SignInChange, SignInChanged, zone};
use serde_json::json;

use super::audit::{Entry, own_data};
use super::notifications::Draft;
use crate::Texts;

/// Whoever may sign in may see and do everything the account may, so that a change of it is one of permissions.
pub(super) fn changed(changed: SignInChanged) -> Entry {
    let details = match changed.change {
        SignInChange::Password => json!({ "change": "PASSWORD_CHANGED" }),
        SignInChange::Pin => json!({ "change": "PIN_SET" }),
        SignInChange::SessionEnded { session } => json!({ "change": "SESSION_ENDED", "sessionId": session }),
        SignInChange::AllSessionsEnded => json!({ "change": "ALL_SESSIONS_ENDED" }),
        SignInChange::GoogleLinked => json!({ "change": "GOOGLE_LINKED" }),
        SignInChange::Email => json!({ "change": "EMAIL_CHANGED" }),
        SignInChange::DeletionRequested { due_at } => {
            json!({ "change": "DELETION_REQUESTED", "dueAt": zone::format_instant(due_at), "sessionsEnded": true })
        }
        SignInChange::DeletionCancelled => json!({ "change": "DELETION_CANCELLED" }),
    };
    Entry {
        action: AuditActionType::PermissionChange,
        resource_type: "User",
        resource_id: Some(changed.owner.user.0),
        patient: own_data(changed.owner.user, changed.role),
        details,
    }
}

/// The owner is told what a thief would do first. What they see at once on the screen they are not told again.
pub(super) fn told(changed: SignInChanged, texts: &Texts) -> Option<Draft> {
    let language = changed.owner.language;
    let mut day = String::new();
    let (id, change) = match changed.change {
        SignInChange::Password => ("notify-password-changed", "PASSWORD_CHANGED"),
        SignInChange::GoogleLinked => ("notify-google-linked", "GOOGLE_LINKED"),
        SignInChange::Email => ("notify-email-changed", "EMAIL_CHANGED"),
        SignInChange::DeletionRequested { due_at } => {
            day = zone::format_day(zone::day_of(due_at));
            ("notify-deletion-requested", "DELETION_REQUESTED")
        }
        SignInChange::DeletionCancelled => ("notify-deletion-cancelled", "DELETION_CANCELLED"),
        SignInChange::Pin | SignInChange::SessionEnded { .. } | SignInChange::AllSessionsEnded => return None,
    };
    Some(Draft {
        recipient: changed.owner.user,
        kind: NotificationType::FamilyAlert,
        title: texts.sentence(language, &format!("{id}-title"), &[]),
        message: texts.sentence(language, id, &[("day", &day)]),
        data: json!({ "change": change }),
        patient: own_data(changed.owner.user, changed.role),
    })
}

/// A session that ended because its refresh token was used by two.
pub(super) fn stolen(reused: RefreshTokenReused) -> Entry {
    Entry {
        action: AuditActionType::PermissionChange,
        resource_type: "User",
        resource_id: Some(reused.owner.user.0),
        patient: own_data(reused.owner.user, reused.role),
        details: json!({ "change": "SESSION_ENDED", "reason": "REFRESH_TOKEN_REUSED", "sessionId": reused.session }),
    }
}

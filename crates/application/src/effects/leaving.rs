//! What an account leaves behind that goes, and the copy that its owner may take along (rules §2).

use das_tern_domain::{AccountDeleted, AuditActionType, ConnectionLost, DataExported, NotificationType};
use serde_json::json;

use super::audit::{Entry, own_data};
use super::notifications::Draft;
use crate::Texts;

/// A copy of everything is a look at everything.
pub(super) fn exported(exported: DataExported) -> Entry {
    Entry {
        action: AuditActionType::DataAccess,
        resource_type: "User",
        resource_id: Some(exported.user.0),
        patient: own_data(exported.user, exported.role),
        details: json!({ "data": "EXPORT", "outcome": "SHOWN" }),
    }
}

/// An account began with its subscription, and ends with it.
pub(super) fn deleted(deleted: AccountDeleted) -> Entry {
    Entry {
        action: AuditActionType::SubscriptionChange,
        resource_type: "User",
        resource_id: Some(deleted.user.0),
        patient: own_data(deleted.user, deleted.role),
        details: json!({ "change": "ACCOUNT_DELETED" }),
    }
}

pub(super) fn connection_lost(lost: &ConnectionLost) -> Entry {
    Entry {
        action: AuditActionType::ConnectionRevoke,
        resource_type: "Connection",
        resource_id: Some(lost.connection.0),
        patient: Some(lost.patient),
        details: json!({ "reason": "ACCOUNT_DELETED" }),
    }
}

/// Whoever cared for somebody, or was cared for, must not wait for what does not come any more.
pub(super) fn told(lost: &ConnectionLost, texts: &Texts) -> Option<Draft> {
    let to = lost.told?;
    let arguments = [("name", lost.name.as_str())];
    Some(Draft {
        recipient: to.user,
        kind: NotificationType::FamilyAlert,
        title: texts.sentence(to.language, "notify-account-deleted-title", &[]),
        message: texts.sentence(to.language, "notify-account-deleted", &arguments),
        data: json!({ "connectionId": lost.connection }),
        patient: Some(lost.patient),
    })
}

use das_tern_domain::{
    AccessRequestId, ConnectionChange, ConnectionChanged, ConnectionId, ConnectionOfferId, ConnectionStatus, Event,
    NudgeAnswered, Nudged, OfferChange, OfferChanged, OfferKind, PermissionLevel,
};

use super::*;

const TEXT: &str = "វិលមុខ";

fn changed(change: ConnectionChange) -> Event {
    Event::Connection(ConnectionChanged {
        connection: ConnectionId(Uuid::from_u128(0x20)),
        patient: PATIENT,
        actor_name: "សុខ សំណាង".to_owned(),
        other: Recipient {
            user: DAUGHTER,
            language: Language::Khmer,
        },
        change,
    })
}

fn offer(change: OfferChange) -> Event {
    Event::ConnectionOffer(OfferChanged {
        offer: ConnectionOfferId(Uuid::from_u128(0x21)),
        patient: PATIENT,
        change,
    })
}

pub(super) fn events() -> Vec<(&'static str, Event)> {
    steps()
        .into_iter()
        .map(|(name, change)| (name, changed(change)))
        .chain(offers_and_nudges())
        .collect()
}

fn steps() -> Vec<(&'static str, ConnectionChange)> {
    let (level, request) = (PermissionLevel::Selected, AccessRequestId(Uuid::from_u128(0x22)));
    let reason = Some(TEXT.to_owned());
    let message = reason.clone();
    let previous = ConnectionStatus::Accepted;
    vec![
        ("connection requested", ConnectionChange::Requested { message: None }),
        (
            "connection requested with a message",
            ConnectionChange::Requested { message },
        ),
        ("connection accepted", ConnectionChange::Accepted { level }),
        (
            "connected by a code",
            ConnectionChange::Offered {
                offer: ConnectionOfferId(Uuid::from_u128(0x21)),
                level,
            },
        ),
        ("connection declined", ConnectionChange::Declined { reason: None }),
        (
            "connection declined with a reason",
            ConnectionChange::Declined { reason },
        ),
        ("connection ended", ConnectionChange::Revoked { previous }),
        (
            "connection request withdrawn",
            ConnectionChange::Revoked {
                previous: ConnectionStatus::Pending,
            },
        ),
        (
            "permission set",
            ConnectionChange::PermissionSet {
                from: PermissionLevel::Allowed,
                to: level,
                is_scoped: true,
            },
        ),
        ("alerts switched on", ConnectionChange::AlertsSwitched { enabled: true }),
        (
            "alerts switched off",
            ConnectionChange::AlertsSwitched { enabled: false },
        ),
        (
            "access requested",
            ConnectionChange::AccessRequested {
                request,
                reason: TEXT.to_owned(),
            },
        ),
        (
            "access approved",
            ConnectionChange::AccessApproved { request, until: NOW },
        ),
        ("access denied", ConnectionChange::AccessDenied { request }),
    ]
}

fn offers_and_nudges() -> Vec<(&'static str, Event)> {
    let made = OfferChange::Made {
        kind: OfferKind::Phone,
        level: PermissionLevel::Allowed,
        expires_at: NOW,
    };
    let daughter = Recipient {
        user: DAUGHTER,
        language: Language::Khmer,
    };
    let nudged = Nudged {
        dose: DOSE,
        patient: Recipient {
            user: PATIENT,
            language: Language::English,
        },
        by: DAUGHTER,
        by_name: "សុខ ស្រីពៅ".to_owned(),
        medicine_name: "Paracetamol".to_owned(),
        scheduled_time: SCHEDULED,
    };
    let answered = NudgeAnswered {
        dose: DOSE,
        patient: PATIENT,
        patient_name: "សុខ សំណាង".to_owned(),
        response: TEXT.to_owned(),
        asked: vec![daughter],
    };
    vec![
        ("invitation made", offer(made)),
        ("invitation withdrawn", offer(OfferChange::Withdrawn)),
        ("nudged", Event::Nudged(nudged)),
        ("nudge answered", Event::NudgeAnswered(answered)),
    ]
}

//! What an administrator decides about a doctor (rules §2).

use uuid::Uuid;

use crate::{AccountStatus, Decision, Recipient, UserId, standing_status};

/// A doctor's account, as far as a verdict reads and changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoctorStanding {
    /// Whose.
    pub doctor: Recipient,
    /// The account's status, LOCKED included.
    pub status: AccountStatus,
    /// What the status was before a lock; set exactly while it is LOCKED.
    pub status_before_lock: Option<AccountStatus>,
    /// Whether the doctor has confirmed the phone or the address that the account was registered with.
    pub is_confirmed: bool,
}

/// How an administrator names a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoctorName {
    /// By the account's id.
    Id(UserId),
    /// By the number of the licence.
    License(String),
}

impl DoctorName {
    /// Reads an id, or else the number of a licence.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match Uuid::try_parse(text) {
            Ok(id) => id.into(),
            Err(_) => Self::License(text.to_owned()),
        }
    }
}

impl From<Uuid> for DoctorName {
    fn from(id: Uuid) -> Self {
        Self::Id(id.into())
    }
}

/// What an administrator finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They are who they say, and may practise.
    Verified,
    /// They are not, or may not any more.
    Rejected {
        /// Why, for the doctor to read.
        reason: String,
    },
}

impl Verdict {
    /// The status that an account has after it.
    #[must_use]
    pub fn status(&self) -> AccountStatus {
        match self {
            Self::Verified => AccountStatus::Verified,
            Self::Rejected { .. } => AccountStatus::Rejected,
        }
    }
}

/// An administrator judged a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorJudged {
    /// Whom.
    pub doctor: Recipient,
    /// The standing before.
    pub previous: AccountStatus,
    /// What was found.
    pub verdict: Verdict,
}

/// Nobody has confirmed the account yet: it may be replaced by whoever registers with the same phone or address, and a
/// verdict on one person must not come to stand for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account is not confirmed")]
pub struct UnconfirmedDoctor;

impl DoctorStanding {
    /// The status that counts, whether the account is locked or not.
    #[must_use]
    pub fn standing(&self) -> AccountStatus {
        standing_status(self.status, self.status_before_lock)
    }

    /// The standing after a verdict. A lock goes on: it keeps strangers out, whoever the doctor is.
    ///
    /// # Errors
    /// When the account is not confirmed.
    pub fn judge(&self, verdict: Verdict) -> Result<Decision<Self, DoctorJudged>, UnconfirmedDoctor> {
        if !self.is_confirmed {
            return Err(UnconfirmedDoctor);
        }
        let (previous, next) = (self.standing(), verdict.status());
        if previous == next {
            return Ok(Decision::Unchanged);
        }
        let after = match self.status {
            AccountStatus::Locked => Self {
                status_before_lock: Some(next),
                ..*self
            },
            _ => Self { status: next, ..*self },
        };
        let event = DoctorJudged {
            doctor: self.doctor,
            previous,
            verdict,
        };
        Ok(Decision::Changed { after, event })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::Language;

    fn standing(status: AccountStatus, status_before_lock: Option<AccountStatus>) -> DoctorStanding {
        DoctorStanding {
            doctor: Recipient {
                user: UserId(Uuid::nil()),
                language: Language::Khmer,
            },
            status,
            status_before_lock,
            is_confirmed: true,
        }
    }

    fn rejected() -> Verdict {
        Verdict::Rejected {
            reason: "the licence has expired".to_owned(),
        }
    }

    #[rstest]
    #[case(AccountStatus::PendingVerification, Verdict::Verified)]
    #[case(AccountStatus::PendingVerification, rejected())]
    #[case(AccountStatus::Rejected, Verdict::Verified)]
    #[case(AccountStatus::Verified, rejected())]
    fn a_verdict_changes_the_standing(#[case] previous: AccountStatus, #[case] verdict: Verdict) {
        let decision = standing(previous, None).judge(verdict.clone()).unwrap();
        let Decision::Changed { after, event } = decision else {
            panic!("unchanged");
        };
        assert_eq!(after, standing(verdict.status(), None));
        assert_eq!((event.previous, event.verdict), (previous, verdict));
    }

    #[rstest]
    #[case(AccountStatus::Verified, Verdict::Verified)]
    #[case(AccountStatus::Rejected, rejected())]
    fn the_same_verdict_again_changes_nothing(#[case] previous: AccountStatus, #[case] verdict: Verdict) {
        assert_eq!(standing(previous, None).judge(verdict), Ok(Decision::Unchanged));
    }

    #[test]
    fn a_locked_account_stays_locked_and_wakes_up_with_the_verdict() {
        let locked = standing(AccountStatus::Locked, Some(AccountStatus::PendingVerification));
        let Decision::Changed { after, event } = locked.judge(Verdict::Verified).unwrap() else {
            panic!("unchanged");
        };
        assert_eq!(after, standing(AccountStatus::Locked, Some(AccountStatus::Verified)));
        assert_eq!(event.previous, AccountStatus::PendingVerification);
    }

    #[test]
    fn an_unconfirmed_account_is_not_judged() {
        let unconfirmed = DoctorStanding {
            is_confirmed: false,
            ..standing(AccountStatus::PendingVerification, None)
        };
        assert_eq!(unconfirmed.judge(Verdict::Verified), Err(UnconfirmedDoctor));
    }
}

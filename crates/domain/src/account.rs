//! Whether an account may be used, and how wrong passwords lock it (rules §2).

use time::{Duration, OffsetDateTime};

use crate::{AccountStatus, UserRole};

/// How many wrong passwords lock an account, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockPolicy {
    /// Wrong passwords in a row that lock it.
    pub max_failures: i32,
    /// How long the lock lasts.
    pub duration: Duration,
}

/// Why an account may not be used, though its password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// Too many wrong passwords.
    #[error("locked until {until}")]
    Locked {
        /// When the lock ends.
        until: OffsetDateTime,
    },
    /// The one-time code was not confirmed.
    #[error("not confirmed")]
    Unconfirmed,
    /// A doctor whom no administrator has verified.
    #[error("waits for verification")]
    PendingVerification,
    /// A doctor whom an administrator rejected.
    #[error("rejected")]
    Rejected,
}

/// The part of an account that signing in reads and changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginState {
    /// The account's status, LOCKED included.
    pub status: AccountStatus,
    /// What the status was before a lock; set exactly while it is LOCKED.
    pub status_before_lock: Option<AccountStatus>,
    /// Wrong passwords in a row.
    pub failed_attempts: i32,
    /// When a lock ends.
    pub locked_until: Option<OffsetDateTime>,
}

impl LoginState {
    /// Whether a login may be tried at `now`.
    ///
    /// # Errors
    /// [`AccountRefusal::Locked`] while the lock lasts.
    pub fn check_lock(&self, now: OffsetDateTime) -> Result<(), AccountRefusal> {
        match self.locked_until {
            Some(until) if self.status == AccountStatus::Locked && now < until => Err(AccountRefusal::Locked { until }),
            _ => Ok(()),
        }
    }

    /// The state after a wrong password at `now`. An elapsed lock starts a new count.
    #[must_use]
    pub fn after_wrong_password(&self, policy: LockPolicy, now: OffsetDateTime) -> Self {
        let unlocked = if self.status == AccountStatus::Locked {
            self.unlocked()
        } else {
            *self
        };
        let failed_attempts = unlocked.failed_attempts + 1;
        if failed_attempts < policy.max_failures {
            return Self {
                failed_attempts,
                ..unlocked
            };
        }
        Self {
            status: AccountStatus::Locked,
            status_before_lock: Some(unlocked.status),
            failed_attempts,
            locked_until: Some(now + policy.duration),
        }
    }

    /// The state once the owner has shown that the account's contact reaches them: a patient or family member may use
    /// it, a doctor waits for an administrator, unless doctors are verified at once. A lock ends, too: whoever received
    /// the code is no guesser.
    #[must_use]
    pub fn confirmed(&self, role: UserRole, verifies_doctors: bool) -> Self {
        let unlocked = self.unlocked();
        let status = match (unlocked.status, role) {
            (AccountStatus::PendingVerification, UserRole::Patient | UserRole::FamilyMember) => AccountStatus::Active,
            (AccountStatus::PendingVerification, UserRole::Doctor) if verifies_doctors => AccountStatus::Verified,
            (status, _) => status,
        };
        Self { status, ..unlocked }
    }

    /// The state without a lock and without failures: the status is what it was before, never more.
    #[must_use]
    pub fn unlocked(&self) -> Self {
        Self {
            status: standing_status(self.status, self.status_before_lock),
            status_before_lock: None,
            failed_attempts: 0,
            locked_until: None,
        }
    }
}

/// The status that counts for a session that is signed in already: a lock keeps strangers from guessing, it does
/// not throw the owner out.
#[must_use]
pub fn standing_status(status: AccountStatus, before_lock: Option<AccountStatus>) -> AccountStatus {
    match status {
        AccountStatus::Locked => before_lock.unwrap_or(AccountStatus::PendingVerification),
        other => other,
    }
}

/// Whether an account of this role and standing may be used.
///
/// # Errors
/// Says why it may not.
pub fn check_usable(role: UserRole, standing: AccountStatus) -> Result<(), AccountRefusal> {
    match (standing, role) {
        (AccountStatus::Active | AccountStatus::Verified, _) => Ok(()),
        (AccountStatus::Rejected, _) => Err(AccountRefusal::Rejected),
        (_, UserRole::Doctor) => Err(AccountRefusal::PendingVerification),
        (_, UserRole::Patient | UserRole::FamilyMember) => Err(AccountRefusal::Unconfirmed),
    }
}

/// Whether the owner of an account has shown that its phone number or e-mail address reaches them.
///
/// # Errors
/// [`AccountRefusal::Unconfirmed`] until they have.
pub fn check_confirmed(confirmed_at: Option<OffsetDateTime>) -> Result<(), AccountRefusal> {
    match confirmed_at {
        Some(_) => Ok(()),
        None => Err(AccountRefusal::Unconfirmed),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-06 07:00 +7);
    const POLICY: LockPolicy = LockPolicy {
        max_failures: 5,
        duration: Duration::minutes(15),
    };

    fn state(status: AccountStatus) -> LoginState {
        LoginState {
            status,
            status_before_lock: None,
            failed_attempts: 0,
            locked_until: None,
        }
    }

    fn after_failures(status: AccountStatus, count: usize) -> LoginState {
        (0..count).fold(state(status), |state, _| state.after_wrong_password(POLICY, NOW))
    }

    #[test]
    fn the_fifth_wrong_password_locks_for_a_quarter_of_an_hour() {
        assert_eq!(after_failures(AccountStatus::Active, 4).check_lock(NOW), Ok(()));
        let locked = after_failures(AccountStatus::Active, 5);
        let until = NOW + Duration::minutes(15);
        assert_eq!(locked.check_lock(NOW), Err(AccountRefusal::Locked { until }));
        assert_eq!(locked.check_lock(until), Ok(()));
    }

    #[rstest]
    #[case(AccountStatus::Active)]
    #[case(AccountStatus::Verified)]
    #[case(AccountStatus::PendingVerification)]
    #[case(AccountStatus::Rejected)]
    fn a_lock_ends_in_the_status_before_it(#[case] status: AccountStatus) {
        assert_eq!(after_failures(status, 5).unlocked(), state(status));
    }

    #[test]
    fn failures_after_an_elapsed_lock_count_from_one() {
        let locked = after_failures(AccountStatus::Active, 5);
        let later = locked.after_wrong_password(POLICY, NOW + Duration::minutes(16));
        assert_eq!((later.status, later.failed_attempts), (AccountStatus::Active, 1));
    }

    #[test]
    fn a_locked_account_keeps_its_standing() {
        let locked = after_failures(AccountStatus::Verified, 5);
        assert_eq!(
            standing_status(locked.status, locked.status_before_lock),
            AccountStatus::Verified
        );
    }

    #[rstest]
    #[case(UserRole::Patient, AccountStatus::Active, Ok(()))]
    #[case(UserRole::Doctor, AccountStatus::Verified, Ok(()))]
    #[case(
        UserRole::Patient,
        AccountStatus::PendingVerification,
        Err(AccountRefusal::Unconfirmed)
    )]
    #[case(
        UserRole::FamilyMember,
        AccountStatus::PendingVerification,
        Err(AccountRefusal::Unconfirmed)
    )]
    #[case(
        UserRole::Doctor,
        AccountStatus::PendingVerification,
        Err(AccountRefusal::PendingVerification)
    )]
    #[case(UserRole::Doctor, AccountStatus::Rejected, Err(AccountRefusal::Rejected))]
    fn an_account_says_why_it_cannot_be_used(
        #[case] role: UserRole,
        #[case] standing: AccountStatus,
        #[case] expected: Result<(), AccountRefusal>,
    ) {
        assert_eq!(check_usable(role, standing), expected);
    }

    #[rstest]
    #[case(UserRole::Patient, AccountStatus::PendingVerification, false, AccountStatus::Active)]
    #[case(
        UserRole::FamilyMember,
        AccountStatus::PendingVerification,
        true,
        AccountStatus::Active
    )]
    #[case(
        UserRole::Doctor,
        AccountStatus::PendingVerification,
        false,
        AccountStatus::PendingVerification
    )]
    #[case(UserRole::Doctor, AccountStatus::PendingVerification, true, AccountStatus::Verified)]
    #[case(UserRole::Doctor, AccountStatus::Verified, false, AccountStatus::Verified)]
    #[case(UserRole::Doctor, AccountStatus::Rejected, true, AccountStatus::Rejected)]
    fn a_confirmed_contact_makes_no_more_of_an_account_than_its_role_allows(
        #[case] role: UserRole,
        #[case] before: AccountStatus,
        #[case] verifies_doctors: bool,
        #[case] expected: AccountStatus,
    ) {
        assert_eq!(state(before).confirmed(role, verifies_doctors), state(expected));
        let locked = after_failures(before, 5);
        assert_eq!(locked.confirmed(role, verifies_doctors), state(expected));
    }

    #[test]
    fn an_account_is_unconfirmed_until_its_owner_was_reached() {
        assert_eq!(check_confirmed(None), Err(AccountRefusal::Unconfirmed));
        assert_eq!(check_confirmed(Some(NOW)), Ok(()));
    }
}

//! How an account is signed in to, and what becomes of that (rules §2).

use crate::{AccountStatus, LoginState, Recipient, SessionId, UserId, UserRole, standing_status};

/// How an account is signed in to has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInChanged {
    /// Whose account.
    pub owner: Recipient,
    /// What has changed.
    pub change: SignInChange,
}

/// What changed in how an account is signed in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInChange {
    /// Another password; every session before it has ended.
    Password,
    /// The first PIN, or another one.
    Pin,
    /// One session was ended from the list of them.
    SessionEnded {
        /// Which one.
        session: SessionId,
    },
    /// Every session was ended.
    AllSessionsEnded,
    /// A Google account was linked.
    GoogleLinked {
        /// Whether what somebody had set up without confirming the address was thrown away with it.
        discarded: bool,
    },
}

/// Somebody signed in with Google for the first time, and has an account now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedWithGoogle {
    /// The new account.
    pub user: UserId,
    /// As what.
    pub role: UserRole,
}

/// What a new account may be, when somebody signs in with Google for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedRole {
    /// A patient.
    Patient,
    /// A doctor, who then waits for verification.
    Doctor,
}

impl RequestedRole {
    /// The role of the account.
    #[must_use]
    pub fn role(self) -> UserRole {
        match self {
            Self::Patient => UserRole::Patient,
            Self::Doctor => UserRole::Doctor,
        }
    }

    /// The status that the account begins with: Google has confirmed the address, nobody has verified the doctor.
    #[must_use]
    pub fn first_status(self) -> AccountStatus {
        match self {
            Self::Patient => AccountStatus::Active,
            Self::Doctor => AccountStatus::PendingVerification,
        }
    }
}

/// An account that somebody's identity leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAccount {
    /// As what it is used.
    pub role: UserRole,
    /// Whether and how it is locked.
    pub login: LoginState,
    /// Which Google account it is linked with, if any.
    pub link: Link,
}

/// Which Google account an account is linked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// None.
    None,
    /// The one that signs in.
    This,
    /// Another one.
    Other,
}

/// What signing in with Google makes of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// Nothing: it is linked already.
    Linked,
    /// It is linked from now on.
    Link,
    /// It is linked and belongs to the owner of the address alone: its password, PIN and phone number came from somebody
    /// who never showed that the address is theirs.
    Claim,
}

/// The account belongs to another Google account with the same address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("linked with another Google account")]
pub struct LinkedElsewhere;

impl KnownAccount {
    /// Decides what becomes of the account when somebody signs in with Google.
    ///
    /// # Errors
    /// [`LinkedElsewhere`] when another Google account is linked with it.
    pub fn link(&self) -> Result<Linking, LinkedElsewhere> {
        match self.link {
            Link::This => Ok(Linking::Linked),
            Link::Other => Err(LinkedElsewhere),
            Link::None if self.is_unconfirmed() => Ok(Linking::Claim),
            Link::None => Ok(Linking::Link),
        }
    }

    /// Whether nobody has shown that the address of this account is theirs.
    fn is_unconfirmed(&self) -> bool {
        let standing = standing_status(self.login.status, self.login.status_before_lock);
        standing == AccountStatus::PendingVerification && self.role != UserRole::Doctor
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn known(role: UserRole, status: AccountStatus, before_lock: Option<AccountStatus>, link: Link) -> KnownAccount {
        KnownAccount {
            role,
            login: LoginState {
                status,
                status_before_lock: before_lock,
                failed_attempts: 0,
                locked_until: None,
            },
            link,
        }
    }

    #[rstest]
    #[case(UserRole::Patient, AccountStatus::Active, None, Linking::Link)]
    #[case(UserRole::Doctor, AccountStatus::PendingVerification, None, Linking::Link)]
    #[case(UserRole::Patient, AccountStatus::PendingVerification, None, Linking::Claim)]
    #[case(UserRole::FamilyMember, AccountStatus::PendingVerification, None, Linking::Claim)]
    #[case(
        UserRole::Patient,
        AccountStatus::Locked,
        Some(AccountStatus::PendingVerification),
        Linking::Claim
    )]
    #[case(UserRole::Patient, AccountStatus::Locked, Some(AccountStatus::Active), Linking::Link)]
    fn an_unconfirmed_account_is_claimed_and_another_is_linked(
        #[case] role: UserRole,
        #[case] status: AccountStatus,
        #[case] before_lock: Option<AccountStatus>,
        #[case] expected: Linking,
    ) {
        assert_eq!(known(role, status, before_lock, Link::None).link(), Ok(expected));
    }

    #[test]
    fn a_linked_account_stays_with_its_google_account() {
        let linked = |link| known(UserRole::Patient, AccountStatus::Active, None, link).link();
        assert_eq!(linked(Link::This), Ok(Linking::Linked));
        assert_eq!(linked(Link::Other), Err(LinkedElsewhere));
    }

    #[test]
    fn a_new_doctor_waits_and_a_new_patient_does_not() {
        assert_eq!(RequestedRole::Patient.first_status(), AccountStatus::Active);
        assert_eq!(RequestedRole::Doctor.first_status(), AccountStatus::PendingVerification);
    }
}

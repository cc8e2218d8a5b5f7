//! How an account is signed in to, and what becomes of that (rules §2).

use time::OffsetDateTime;

use crate::{AccountStatus, Recipient, SessionId, UserRole};

/// How an account is signed in to has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInChanged {
    /// Whose account.
    pub owner: Recipient,
    /// What they are to the platform.
    pub role: UserRole,
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
    GoogleLinked,
    /// Another e-mail address, once its owner showed that it reaches them.
    Email,
    /// The owner wants the account to be deleted; every session has ended.
    DeletionRequested {
        /// When it will be.
        due_at: OffsetDateTime,
    },
    /// The owner signed in before the account was deleted.
    DeletionCancelled,
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

    /// The status that the account begins with: Google has confirmed the address, nobody has verified the doctor, unless
    /// doctors are verified at once.
    #[must_use]
    pub fn first_status(self, verifies_doctors: bool) -> AccountStatus {
        match self {
            Self::Patient => AccountStatus::Active,
            Self::Doctor if verifies_doctors => AccountStatus::Verified,
            Self::Doctor => AccountStatus::PendingVerification,
        }
    }
}

/// An account that somebody's identity leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAccount {
    /// When somebody showed that its address or phone number reaches them.
    pub confirmed_at: Option<OffsetDateTime>,
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
    /// It makes room for an account of the owner of the address: whoever set it up, as whatever, never showed that the address
    /// is theirs.
    Replace,
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
            Link::None if self.confirmed_at.is_none() => Ok(Linking::Replace),
            Link::None => Ok(Linking::Link),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const THEN: OffsetDateTime = datetime!(2026-03-06 07:00 +7);

    fn known(confirmed_at: Option<OffsetDateTime>, link: Link) -> KnownAccount {
        KnownAccount { confirmed_at, link }
    }

    #[test]
    fn an_unconfirmed_account_makes_room_and_another_is_linked() {
        assert_eq!(known(None, Link::None).link(), Ok(Linking::Replace));
        assert_eq!(known(Some(THEN), Link::None).link(), Ok(Linking::Link));
    }

    #[test]
    fn a_linked_account_stays_with_its_google_account() {
        assert_eq!(known(Some(THEN), Link::This).link(), Ok(Linking::Linked));
        assert_eq!(known(Some(THEN), Link::Other).link(), Err(LinkedElsewhere));
    }

    #[test]
    fn a_new_doctor_waits_and_a_new_patient_does_not() {
        assert_eq!(RequestedRole::Patient.first_status(false), AccountStatus::Active);
        assert_eq!(
            RequestedRole::Doctor.first_status(false),
            AccountStatus::PendingVerification
        );
        assert_eq!(RequestedRole::Doctor.first_status(true), AccountStatus::Verified);
    }
}

use std::net::IpAddr;

use das_tern_domain::access::{Viewer, check_verified};
use das_tern_domain::{SessionId, UserId, UserRole};
use das_tern_persistence::users::Account;

use crate::{Code, Error};

/// The person who makes a request, as the database knows them at this moment.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Their account.
    pub account: Account,
    /// The signed-in device.
    pub session: SessionId,
    /// Where the request came from.
    pub ip: Option<IpAddr>,
}

impl Actor {
    pub(crate) fn id(&self) -> UserId {
        self.account.id
    }

    /// Some things are only for people of one role, such as doses for patients.
    pub(crate) fn check_role(&self, role: UserRole) -> Result<(), Error> {
        if self.account.role == role {
            Ok(())
        } else {
            Err(Error::new(Code::Forbidden))
        }
    }

    /// Whether they are a doctor whom somebody verified.
    pub(crate) fn check_doctor(&self) -> Result<(), Error> {
        self.check_role(UserRole::Doctor)?;
        let viewer = self.viewer();
        Ok(check_verified(viewer.role, viewer.standing)?)
    }

    pub(crate) fn viewer(&self) -> Viewer {
        Viewer {
            id: self.account.id,
            role: self.account.role,
            standing: self.account.standing(),
        }
    }
}

use std::fmt;
use std::ops::AddAssign;

/// How many rows were added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// People.
    pub users: u64,
    /// Connections between them.
    pub connections: u64,
    /// Prescriptions.
    pub prescriptions: u64,
    /// Doses, decided and due.
    pub doses: u64,
    /// Notifications.
    pub notifications: u64,
    /// Audit entries.
    pub audit_logs: u64,
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.users += other.users;
        self.connections += other.connections;
        self.prescriptions += other.prescriptions;
        self.doses += other.doses;
        self.notifications += other.notifications;
        self.audit_logs += other.audit_logs;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return f.write_str("nothing to add: it is all there already");
        }
        let Self {
            users,
            connections,
            prescriptions,
            doses,
            notifications,
            audit_logs,
        } = self;
        write!(
            f,
            "added {users} people, {connections} connections, {prescriptions} prescriptions, {doses} doses, \
             {notifications} notifications and {audit_logs} audit entries"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_adds_nothing_says_so() {
        assert_eq!(
            Summary::default().to_string(),
            "nothing to add: it is all there already"
        );
    }

    #[test]
    fn summaries_add_up() {
        let mut sum = Summary {
            users: 1,
            doses: 2,
            ..Summary::default()
        };
        sum += Summary {
            users: 10,
            audit_logs: 3,
            ..Summary::default()
        };
        assert_eq!(
            sum.to_string(),
            "added 11 people, 0 connections, 0 prescriptions, 2 doses, 0 notifications and 3 audit entries"
        );
    }
}

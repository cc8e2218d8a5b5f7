use serde::Deserialize;
use validator::Validate;

/// What happens without being asked.
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct JobSettings {
    /// Whether the server runs the jobs, too.
    pub in_server: bool,
    /// How long a worker may show no sign of life before its process counts as not ready, in seconds.
    #[validate(range(min = 2, max = 3600))]
    pub heartbeat_timeout_s: u32,
    /// How often doses are made for the days that come into the horizon, in seconds. A day comes at midnight in Phnom Penh.
    #[validate(range(min = 60, max = 86_400))]
    pub schedules_every_s: u32,
    /// How often prescriptions whose courses are over are ended, in seconds.
    #[validate(range(min = 60, max = 86_400))]
    pub lapsed_courses_every_s: u32,
    /// How often accounts whose wait is over are deleted, in seconds.
    #[validate(range(min = 60, max = 86_400))]
    pub accounts_to_delete_every_s: u32,
    /// How often pictures of licences that belong to nobody are removed, in seconds.
    #[validate(range(min = 60, max = 2_592_000))]
    pub licence_photos_every_s: u32,
}

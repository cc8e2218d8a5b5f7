//! The names of the constraints that a statement can violate, as the migrations give them.

macro_rules! constraints {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)+) => {
        $($(#[$doc])* pub const $name: &str = $value;)+

        /// All of them.
        pub const ALL: &[&str] = &[$($name),+];
    };
}

constraints! {
    /// A phone number belongs to one account.
    USERS_PHONE_NUMBER_KEY = "users_phone_number_key";
    /// An e-mail address, in any case, belongs to one account.
    USERS_EMAIL_KEY = "users_email_key";
    /// An ID card belongs to one account.
    USERS_ID_CARD_NUMBER_KEY = "users_id_card_number_key";
    /// A doctor's licence belongs to one account.
    USERS_LICENSE_NUMBER_KEY = "users_license_number_key";
    /// A Google account is linked with one account.
    USERS_GOOGLE_ACCOUNT_ID_KEY = "users_google_account_id_key";
    /// A phone number is E.164.
    USERS_PHONE_NUMBER_CHECK = "users_phone_number_check";
    /// An account has a phone number or an e-mail address.
    USERS_CONTACT_CHECK = "users_contact_check";
    /// Failed logins are counted from zero.
    USERS_FAILED_LOGIN_ATTEMPTS_CHECK = "users_failed_login_attempts_check";
    /// Epochs are counted from zero.
    USERS_TOKEN_EPOCH_CHECK = "users_token_epoch_check";
    /// The grace is 10, 20, 30 or 60 minutes (rules §5).
    USERS_GRACE_PERIOD_MINUTES_CHECK = "users_grace_period_minutes_check";
    /// The status before a lock is known exactly while the account is locked (rules §2).
    USERS_STATUS_BEFORE_LOCK_CHECK = "users_status_before_lock_check";
    /// Nobody asks the same person twice.
    CONNECTIONS_INITIATOR_ID_RECIPIENT_ID_KEY = "connections_initiator_id_recipient_id_key";
    /// A pair of people has one connection, whoever asked (rules §3).
    CONNECTIONS_PAIR_KEY = "connections_pair_key";
    /// Nobody is connected to themselves (rules §3).
    CONNECTIONS_NOT_SELF_CHECK = "connections_not_self_check";
    /// `accepted_at` is set while the connection is ACCEPTED, and not while it is PENDING.
    CONNECTIONS_ACCEPTED_AT_CHECK = "connections_accepted_at_check";
    /// `revoked_at` is set exactly while the connection is REVOKED.
    CONNECTIONS_REVOKED_AT_CHECK = "connections_revoked_at_check";
    /// A patient has one set of meal times.
    MEAL_TIME_PREFERENCES_USER_ID_KEY = "meal_time_preferences_user_id_key";
    /// A patient's age is plausible.
    PRESCRIPTIONS_PATIENT_AGE_CHECK = "prescriptions_patient_age_check";
    /// Versions count from one.
    PRESCRIPTIONS_CURRENT_VERSION_CHECK = "prescriptions_current_version_check";
    /// An urgent prescription has a reason (rules §4).
    PRESCRIPTIONS_URGENT_REASON_CHECK = "prescriptions_urgent_reason_check";
    /// A prescription has each version once.
    PRESCRIPTION_VERSIONS_PRESCRIPTION_ID_VERSION_NUMBER_KEY =
        "prescription_versions_prescription_id_version_number_key";
    /// Versions count from one.
    PRESCRIPTION_VERSIONS_VERSION_NUMBER_CHECK = "prescription_versions_version_number_check";
    /// A version is never changed; a trigger refuses in this name (rules §4).
    PRESCRIPTION_VERSIONS_IMMUTABLE = "prescription_versions_immutable";
    /// Rows count from one.
    MEDICATIONS_ROW_NUMBER_CHECK = "medications_row_number_check";
    /// Only a later version than the first takes a row out of the grid.
    MEDICATIONS_REMOVED_IN_VERSION_CHECK = "medications_removed_in_version_check";
    /// A course does not end before it begins.
    MEDICATIONS_LAST_DAY_CHECK = "medications_last_day_check";
    /// A medication has one dose for a moment (rules §5).
    DOSE_EVENTS_MEDICATION_ID_SCHEDULED_TIME_KEY = "dose_events_medication_id_scheduled_time_key";
    /// `taken_at` is set exactly when the dose was taken.
    DOSE_EVENTS_TAKEN_AT_CHECK = "dose_events_taken_at_check";
    /// A reminder time looks like `HH:mm`.
    DOSE_EVENTS_REMINDER_TIME_CHECK = "dose_events_reminder_time_check";
    /// The grace does not end before the dose is due.
    DOSE_EVENTS_MISSED_AFTER_CHECK = "dose_events_missed_after_check";
    /// `recorded_at` is set exactly when the patient decided the outcome.
    DOSE_EVENTS_RECORDED_AT_CHECK = "dose_events_recorded_at_check";
    /// A person has one subscription.
    SUBSCRIPTIONS_USER_ID_KEY = "subscriptions_user_id_key";
    /// A quota leaves room for something.
    SUBSCRIPTIONS_STORAGE_QUOTA_CHECK = "subscriptions_storage_quota_check";
    /// Storage in use is counted from zero.
    SUBSCRIPTIONS_STORAGE_USED_CHECK = "subscriptions_storage_used_check";
    /// A person is in a family once.
    FAMILY_MEMBERS_SUBSCRIPTION_ID_MEMBER_ID_KEY = "family_members_subscription_id_member_id_key";
    /// The audit trail is never changed; a trigger refuses in this name (rules §10).
    AUDIT_LOGS_APPEND_ONLY = "audit_logs_append_only";
}

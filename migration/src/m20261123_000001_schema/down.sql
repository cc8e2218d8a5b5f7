DROP TABLE IF EXISTS audit_logs, notifications, family_members, subscriptions, dose_events, medications,
    prescription_versions, prescriptions, meal_time_preferences, connections, users;
DROP FUNCTION IF EXISTS audit_logs_append_only, set_updated_at;
DROP COLLATION IF EXISTS khmer;
DROP TYPE IF EXISTS audit_action_type, notification_type, subscription_tier, dose_event_status, time_period,
    prescription_status, permission_level, connection_status, account_status, theme, language, gender, user_role;
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I RESET timezone', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END
$$;

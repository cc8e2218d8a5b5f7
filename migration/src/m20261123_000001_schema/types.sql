CREATE TYPE user_role AS ENUM ('PATIENT', 'DOCTOR', 'FAMILY_MEMBER');
CREATE TYPE gender AS ENUM ('MALE', 'FEMALE', 'OTHER');
CREATE TYPE language AS ENUM ('KHMER', 'ENGLISH');
CREATE TYPE theme AS ENUM ('LIGHT', 'DARK');
CREATE TYPE account_status AS ENUM ('ACTIVE', 'PENDING_VERIFICATION', 'VERIFIED', 'REJECTED', 'LOCKED');
CREATE TYPE connection_status AS ENUM ('PENDING', 'ACCEPTED', 'REVOKED');
CREATE TYPE permission_level AS ENUM ('NOT_ALLOWED', 'REQUEST', 'SELECTED', 'ALLOWED');
CREATE TYPE prescription_status AS ENUM ('DRAFT', 'ACTIVE', 'PAUSED', 'INACTIVE');
CREATE TYPE time_period AS ENUM ('DAYTIME', 'NIGHT');
CREATE TYPE dose_event_status AS ENUM ('DUE', 'TAKEN_ON_TIME', 'TAKEN_LATE', 'MISSED', 'SKIPPED');
CREATE TYPE subscription_tier AS ENUM ('FREEMIUM', 'PREMIUM', 'FAMILY_PREMIUM');
CREATE TYPE notification_type AS ENUM (
    'CONNECTION_REQUEST', 'PRESCRIPTION_UPDATE', 'MISSED_DOSE_ALERT', 'URGENT_PRESCRIPTION_CHANGE', 'FAMILY_ALERT'
);
CREATE TYPE audit_action_type AS ENUM (
    'CONNECTION_REQUEST', 'CONNECTION_ACCEPT', 'CONNECTION_REVOKE', 'PERMISSION_CHANGE',
    'PRESCRIPTION_CREATE', 'PRESCRIPTION_UPDATE', 'PRESCRIPTION_CONFIRM', 'PRESCRIPTION_RETAKE',
    'DOSE_TAKEN', 'DOSE_SKIPPED', 'DOSE_MISSED', 'DATA_ACCESS', 'NOTIFICATION_SENT', 'SUBSCRIPTION_CHANGE'
);

-- Names and medicines sort as a Khmer reader expects where the server knows how, and by code point where it was
-- built without ICU.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') THEN
        CREATE COLLATION khmer (provider = icu, locale = 'km');
    ELSE
        CREATE COLLATION khmer FROM "C";
    END IF;
END
$$;

-- For whoever connects without saying where they are, such as psql. Only the owner may set it; the application's own
-- sessions ask for the zone themselves.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET timezone TO %L', current_database(), 'Asia/Phnom_Penh');
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'the zone of database % is left as it is: % does not own it', current_database(), current_user;
END
$$;

-- It always moves forward, so that two changes within a millisecond still differ: a row's updated_at tells its readers
-- which state they saw.
CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 millisecond');
    RETURN NEW;
END
$$;

CREATE TABLE users (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    role user_role NOT NULL,
    first_name varchar(100),
    last_name varchar(100),
    full_name varchar(200),
    phone_number varchar(20) NOT NULL,
    email varchar(255),
    password_hash varchar(255) NOT NULL,
    pin_code_hash varchar(255),
    gender gender,
    date_of_birth date,
    id_card_number varchar(50),
    language language NOT NULL DEFAULT 'KHMER',
    theme theme NOT NULL DEFAULT 'LIGHT',
    hospital_clinic varchar(255),
    specialty varchar(100),
    license_number varchar(100),
    license_photo_url text,
    account_status account_status NOT NULL DEFAULT 'ACTIVE',
    failed_login_attempts int NOT NULL DEFAULT 0,
    locked_until timestamptz(3),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_phone_number_key UNIQUE (phone_number),
    CONSTRAINT users_id_card_number_key UNIQUE (id_card_number),
    CONSTRAINT users_license_number_key UNIQUE (license_number),
    CONSTRAINT users_phone_number_check CHECK (phone_number ~ '^\+[1-9][0-9]{7,14}$'),
    CONSTRAINT users_failed_login_attempts_check CHECK (failed_login_attempts >= 0)
);
-- An address is the same one in any case.
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX users_role_idx ON users (role);
CREATE INDEX users_account_status_idx ON users (account_status);
CREATE TRIGGER users_set_updated_at BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE connections (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    initiator_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    status connection_status NOT NULL DEFAULT 'PENDING',
    permission_level permission_level NOT NULL DEFAULT 'ALLOWED',
    requested_at timestamptz(3) NOT NULL DEFAULT now(),
    accepted_at timestamptz(3),
    revoked_at timestamptz(3),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT connections_pkey PRIMARY KEY (id),
    CONSTRAINT connections_initiator_id_fkey FOREIGN KEY (initiator_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT connections_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT connections_initiator_id_recipient_id_key UNIQUE (initiator_id, recipient_id),
    CONSTRAINT connections_not_self_check CHECK (initiator_id <> recipient_id),
    -- A connection that has ended may have been accepted before, or not.
    CONSTRAINT connections_accepted_at_check
        CHECK (status = 'REVOKED' OR (status = 'ACCEPTED') = (accepted_at IS NOT NULL)),
    CONSTRAINT connections_revoked_at_check CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL))
);
-- One connection for a pair of people, whoever asked.
CREATE UNIQUE INDEX connections_pair_key
    ON connections (least(initiator_id, recipient_id), greatest(initiator_id, recipient_id));
CREATE INDEX connections_initiator_id_idx ON connections (initiator_id);
CREATE INDEX connections_recipient_id_idx ON connections (recipient_id);
CREATE INDEX connections_status_idx ON connections (status);
CREATE TRIGGER connections_set_updated_at BEFORE UPDATE ON connections
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE meal_time_preferences (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    morning_meal varchar(20),
    afternoon_meal varchar(20),
    night_meal varchar(20),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT meal_time_preferences_pkey PRIMARY KEY (id),
    CONSTRAINT meal_time_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT meal_time_preferences_user_id_key UNIQUE (user_id)
);
CREATE TRIGGER meal_time_preferences_set_updated_at BEFORE UPDATE ON meal_time_preferences
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

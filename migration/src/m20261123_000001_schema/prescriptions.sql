CREATE TABLE prescriptions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    patient_id uuid NOT NULL,
    doctor_id uuid,
    patient_name varchar(200) NOT NULL,
    patient_gender gender NOT NULL,
    patient_age int NOT NULL,
    symptoms text NOT NULL,
    status prescription_status NOT NULL DEFAULT 'DRAFT',
    current_version int NOT NULL DEFAULT 1,
    is_urgent boolean NOT NULL DEFAULT false,
    urgent_reason text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT prescriptions_pkey PRIMARY KEY (id),
    CONSTRAINT prescriptions_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT prescriptions_doctor_id_fkey FOREIGN KEY (doctor_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE SET NULL,
    CONSTRAINT prescriptions_patient_age_check CHECK (patient_age BETWEEN 0 AND 150),
    CONSTRAINT prescriptions_current_version_check CHECK (current_version >= 1),
    CONSTRAINT prescriptions_urgent_reason_check CHECK (NOT is_urgent OR btrim(coalesce(urgent_reason, '')) <> '')
);
CREATE INDEX prescriptions_patient_id_idx ON prescriptions (patient_id);
CREATE INDEX prescriptions_doctor_id_idx ON prescriptions (doctor_id);
CREATE INDEX prescriptions_status_idx ON prescriptions (status);
CREATE INDEX prescriptions_patient_id_status_idx ON prescriptions (patient_id, status);
CREATE TRIGGER prescriptions_set_updated_at BEFORE UPDATE ON prescriptions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE prescription_versions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    prescription_id uuid NOT NULL,
    version_number int NOT NULL,
    author_id uuid,
    change_reason text,
    medications_snapshot jsonb NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT prescription_versions_pkey PRIMARY KEY (id),
    CONSTRAINT prescription_versions_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescriptions (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT prescription_versions_author_id_fkey FOREIGN KEY (author_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE SET NULL,
    CONSTRAINT prescription_versions_prescription_id_version_number_key UNIQUE (prescription_id, version_number),
    CONSTRAINT prescription_versions_version_number_check CHECK (version_number >= 1)
);
CREATE INDEX prescription_versions_prescription_id_idx ON prescription_versions (prescription_id);
CREATE INDEX prescription_versions_author_id_idx ON prescription_versions (author_id);

CREATE TABLE medications (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    prescription_id uuid NOT NULL,
    row_number int NOT NULL,
    medicine_name varchar(255) NOT NULL,
    medicine_name_khmer varchar(255),
    image_url text,
    morning_dosage jsonb,
    daytime_dosage jsonb,
    night_dosage jsonb,
    frequency varchar(100),
    timing varchar(100),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT medications_pkey PRIMARY KEY (id),
    CONSTRAINT medications_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescriptions (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT medications_row_number_check CHECK (row_number >= 1)
);
CREATE INDEX medications_prescription_id_idx ON medications (prescription_id);
CREATE TRIGGER medications_set_updated_at BEFORE UPDATE ON medications
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE dose_events (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    prescription_id uuid NOT NULL,
    medication_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    scheduled_time timestamptz(3) NOT NULL,
    time_period time_period NOT NULL,
    reminder_time varchar(10),
    status dose_event_status NOT NULL DEFAULT 'DUE',
    taken_at timestamptz(3),
    skip_reason text,
    was_offline boolean NOT NULL DEFAULT false,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT dose_events_pkey PRIMARY KEY (id),
    CONSTRAINT dose_events_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescriptions (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT dose_events_medication_id_fkey FOREIGN KEY (medication_id) REFERENCES medications (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT dose_events_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES users (id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    -- Generating a schedule twice makes no second dose. Indexes the medication's foreign key, too.
    CONSTRAINT dose_events_medication_id_scheduled_time_key UNIQUE (medication_id, scheduled_time),
    CONSTRAINT dose_events_taken_at_check
        CHECK ((status IN ('TAKEN_ON_TIME', 'TAKEN_LATE')) = (taken_at IS NOT NULL)),
    CONSTRAINT dose_events_reminder_time_check CHECK (reminder_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$')
);
CREATE INDEX dose_events_patient_id_idx ON dose_events (patient_id);
CREATE INDEX dose_events_scheduled_time_idx ON dose_events (scheduled_time);
CREATE INDEX dose_events_status_idx ON dose_events (status);
CREATE INDEX dose_events_patient_id_scheduled_time_idx ON dose_events (patient_id, scheduled_time);
CREATE INDEX dose_events_prescription_id_idx ON dose_events (prescription_id);
CREATE TRIGGER dose_events_set_updated_at BEFORE UPDATE ON dose_events
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

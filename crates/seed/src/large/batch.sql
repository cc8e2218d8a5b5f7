-- Patients $1 to $2 with all that they have. $3 is now, $4 today, $5 the password's hash and $6 the cells of each way of
-- eating. An id is its kind and a number, so that it is the same at every run and rows lie as they were made; a dose's
-- number counts patient, day and cell.
WITH patient AS (
    SELECT n,
        n / 200 AS doctor,
        n % 4 AS pattern,
        ('5eed0001-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
        ('5eed0002-0000-7000-8000-' || lpad(to_hex(n / 200), 12, '0'))::uuid AS doctor_id,
        ('5eed0003-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS prescription_id,
        (ARRAY['សុខ', 'ចាន់', 'កែវ', 'លី', 'ហេង', 'ជា', 'មាស', 'នូ', 'អ៊ុក', 'ប៊ុន'])[1 + n % 10] AS family_name,
        (ARRAY['សំណាង', 'ដារ៉ា', 'សុភា', 'វណ្ណៈ', 'ពិសិដ្ឋ', 'បុប្ផា', 'រតនៈ'])[1 + n % 7] AS given_name,
        (CASE WHEN n % 2 = 0 THEN 'FEMALE' ELSE 'MALE' END)::gender AS gender,
        date '1950-01-01' + (n * 37 % 18000)::int AS born
    FROM generate_series($1::bigint, $2::bigint) n
),
medicine AS (
    SELECT p.*,
        m.number,
        ('5eed0004-0000-7000-8000-' || lpad(to_hex(p.n * 2 + m.number), 12, '0'))::uuid AS medication_id,
        m.english,
        m.khmer,
        jsonb_build_object('amount', '1 គ្រាប់', 'beforeMeal', m.number = 1) AS dosage,
        CASE m.number WHEN 0 THEN 'បន្ទាប់ពីអាហារ' ELSE 'មុនអាហារ' END AS timing
    FROM patient p,
        (VALUES (0, 'Metformin 500mg', 'មេតហ្វរមីន ៥០០mg'), (1, 'Omeprazole 20mg', 'អូមេប្រាហ្សូល ២០mg'))
            m (number, english, khmer)
),
cell AS (
    SELECT *
    FROM jsonb_to_recordset($6::jsonb)
        c (pattern int, medicine int, cell int, minutes int, period time_period, meals jsonb)
),
added_users AS (
    INSERT INTO users (id, role, first_name, last_name, full_name, phone_number, email, password_hash, gender,
        date_of_birth, language, account_status, hospital_clinic, specialty, license_number, created_at, updated_at,
        contact_confirmed_at)
    SELECT id, 'PATIENT'::user_role, given_name, family_name, family_name || ' ' || given_name,
        '+85570' || lpad(n::text, 7, '0'), 'patient' || n || '@large.example.com', $5, gender, born,
        (CASE WHEN n % 3 = 0 THEN 'ENGLISH' ELSE 'KHMER' END)::language, 'ACTIVE'::account_status, NULL, NULL, NULL,
        $3 - interval '60 days', $3 - interval '60 days', $3 - interval '60 days'
    FROM patient
    UNION ALL
    SELECT DISTINCT doctor_id, 'DOCTOR'::user_role, NULL, NULL, 'វេជ្ជបណ្ឌិត ' || doctor,
        '+85571' || lpad(doctor::text, 7, '0'), 'doctor' || doctor || '@large.example.com', $5, 'FEMALE'::gender,
        date '1975-01-01', 'KHMER'::language, 'VERIFIED'::account_status, 'មន្ទីរពេទ្យបង្អែក', 'GENERAL_PRACTICE',
        'KH-LARGE-' || doctor, $3 - interval '90 days', $3 - interval '90 days', $3 - interval '90 days'
    FROM patient
    ON CONFLICT (id) DO NOTHING
    RETURNING id
),
added_subscriptions AS (
    INSERT INTO subscriptions (id, user_id, tier, storage_quota, expires_at)
    SELECT id, id, tier, CASE tier WHEN 'FREEMIUM' THEN 5368709120 ELSE 21474836480 END,
        CASE tier WHEN 'FREEMIUM' THEN NULL ELSE $3 + interval '20 days' END
    FROM patient, LATERAL (SELECT
        (CASE WHEN n % 10 = 0 THEN 'FAMILY_PREMIUM' WHEN n % 10 < 3 THEN 'PREMIUM' ELSE 'FREEMIUM' END)
            ::subscription_tier AS tier) plan
    ON CONFLICT DO NOTHING
),
added_meal_times AS (
    INSERT INTO meal_time_preferences (id, user_id, morning_meal, afternoon_meal, night_meal)
    SELECT p.id, p.id, c.meals ->> 0, c.meals ->> 1, c.meals ->> 2
    FROM patient p JOIN cell c ON c.pattern = p.pattern AND c.cell = 0
    ON CONFLICT DO NOTHING
),
added_connections AS (
    INSERT INTO connections (id, initiator_id, recipient_id, status, permission_level, requested_at, accepted_at,
        created_at, updated_at)
    SELECT id, doctor_id, id, 'ACCEPTED', 'ALLOWED', $3 - interval '50 days', $3 - interval '49 days',
        $3 - interval '50 days', $3 - interval '49 days'
    FROM patient
    ON CONFLICT DO NOTHING
    RETURNING id
),
added_prescriptions AS (
    INSERT INTO prescriptions (id, patient_id, doctor_id, patient_name, patient_gender, patient_age, symptoms, status,
        scheduled_until, created_at, updated_at)
    SELECT prescription_id, id, doctor_id, family_name || ' ' || given_name, gender,
        extract(year FROM age($4::date, born))::int, 'ទឹកនោមផ្អែម និងឈឺក្រពះ', 'ACTIVE', $4::date + 29,
        $3 - interval '40 days', $3 - interval '40 days'
    FROM patient
    ON CONFLICT DO NOTHING
    RETURNING id
),
added_medications AS (
    INSERT INTO medications (id, prescription_id, row_number, medicine_name, medicine_name_khmer, morning_dosage,
        daytime_dosage, night_dosage, frequency, timing, first_day, created_at, updated_at)
    SELECT medication_id, prescription_id, number + 1, english, khmer, dosage, dosage, dosage, '3ដង/១ថ្ងៃ', timing,
        $4::date - 30, $3 - interval '40 days', $3 - interval '40 days'
    FROM medicine
    ON CONFLICT DO NOTHING
),
added_versions AS (
    INSERT INTO prescription_versions (id, prescription_id, version_number, author_id, medications_snapshot, created_at)
    SELECT prescription_id, prescription_id, 1, doctor_id,
        jsonb_agg(jsonb_build_object('id', medication_id, 'rowNumber', number + 1, 'medicineName', english,
            'medicineNameKhmer', khmer, 'imageUrl', NULL, 'morningDosage', dosage, 'daytimeDosage', dosage,
            'nightDosage', dosage, 'frequency', '3ដង/១ថ្ងៃ', 'timing', timing, 'isPrn', false,
            'firstDay', $4::date - 30, 'lastDay', NULL, 'reminderTimes', NULL) ORDER BY number),
        $3 - interval '40 days'
    FROM medicine
    GROUP BY prescription_id, doctor_id
    ON CONFLICT DO NOTHING
),
dose AS (
    SELECT
        ('5eed0005-0000-7000-8000-' || lpad(to_hex(m.n << 20 | d.number << 4 | c.cell), 12, '0'))::uuid AS id,
        m.prescription_id,
        m.medication_id,
        m.id AS patient_id,
        t.scheduled_time,
        t.scheduled_time + interval '30 minutes' AS missed_after,
        c.period,
        -- Of twenty doses fourteen are taken on time, two late, two missed and two skipped.
        (CASE WHEN d.day >= $4::date THEN 'DUE'
            ELSE (ARRAY['MISSED', 'SKIPPED', 'TAKEN_LATE', 'TAKEN_ON_TIME'])
                [least(1 + (m.n * 7 + d.number * 3 + c.cell * 11) % 20 / 2, 4)] END)::dose_event_status AS status,
        interval '1 minute' * ((m.n + d.number) % 15) AS delay,
        -- On activation, or when the horizon of 30 days came to its day.
        greatest(t.scheduled_time - interval '30 days', $3 - interval '40 days') AS created_at
    FROM generate_series(-30, 29) s (day)
        CROSS JOIN LATERAL (SELECT $4::date + s.day AS day, ($4::date + s.day - date '1970-01-01')::bigint AS number) d
        CROSS JOIN medicine m
        JOIN cell c ON c.pattern = m.pattern AND c.medicine = m.number
        CROSS JOIN LATERAL (SELECT
            (d.day + make_interval(mins => c.minutes)) AT TIME ZONE 'Asia/Phnom_Penh' AS scheduled_time) t
    ORDER BY m.n, t.scheduled_time
),
added_doses AS (
    INSERT INTO dose_events (id, prescription_id, medication_id, patient_id, scheduled_time, time_period, status,
        taken_at, recorded_at, skip_reason, missed_after, created_at, updated_at)
    SELECT id, prescription_id, medication_id, patient_id, scheduled_time, period, status,
        CASE status WHEN 'TAKEN_ON_TIME' THEN scheduled_time + delay
            WHEN 'TAKEN_LATE' THEN missed_after + interval '10 minutes' + delay END,
        CASE status WHEN 'TAKEN_ON_TIME' THEN scheduled_time + delay
            WHEN 'TAKEN_LATE' THEN missed_after + interval '10 minutes' + delay
            WHEN 'SKIPPED' THEN scheduled_time + delay END,
        CASE status WHEN 'SKIPPED' THEN 'វិលមុខ' END,
        missed_after,
        created_at,
        CASE status WHEN 'DUE' THEN created_at ELSE missed_after END
    FROM dose
    ON CONFLICT DO NOTHING
    RETURNING id, prescription_id, medication_id, patient_id, scheduled_time, missed_after, status, taken_at, recorded_at
),
-- Only a dose that was not there yet leaves traces: what became of the others is not ours to tell.
recent AS (
    SELECT * FROM added_doses WHERE status <> 'DUE' AND scheduled_time >= $3 - interval '5 days'
),
added_notifications AS (
    INSERT INTO notifications (id, recipient_id, type, title, message, data, is_read, read_at, created_at)
    SELECT overlay(id::text PLACING '5eed0006' FROM 1)::uuid, patient_id, 'MISSED_DOSE_ALERT'::notification_type, 'ខកខានញ៉ាំថ្នាំ',
        'អ្នកខកខានញ៉ាំថ្នាំមួយពេល',
        jsonb_build_object('doseId', id, 'patientId', patient_id, 'prescriptionId', prescription_id),
        read_at < $3, CASE WHEN read_at < $3 THEN read_at END, missed_after
    FROM recent, LATERAL (SELECT missed_after + interval '2 days' AS read_at) reading
    WHERE status = 'MISSED'
    UNION ALL
    SELECT overlay(p.id::text PLACING '5eed0007' FROM 1)::uuid, p.id, 'PRESCRIPTION_UPDATE', 'វេជ្ជបញ្ជាថ្មី',
        'វេជ្ជបណ្ឌិតបានសរសេរវេជ្ជបញ្ជាថ្មី', jsonb_build_object('prescriptionId', p.prescription_id), true,
        $3 - interval '39 days', $3 - interval '40 days'
    FROM patient p JOIN added_prescriptions a ON a.id = p.prescription_id
    ON CONFLICT DO NOTHING
    RETURNING id
),
added_audit_logs AS (
    INSERT INTO audit_logs (id, actor_id, actor_role, action_type, resource_type, resource_id, patient_id, details,
        created_at)
    SELECT overlay(id::text PLACING '5eed0008' FROM 1)::uuid,
        CASE WHEN status <> 'MISSED' THEN patient_id END,
        (CASE WHEN status <> 'MISSED' THEN 'PATIENT' END)::user_role,
        (CASE status WHEN 'MISSED' THEN 'DOSE_MISSED' WHEN 'SKIPPED' THEN 'DOSE_SKIPPED' ELSE 'DOSE_TAKEN' END)
            ::audit_action_type,
        'DoseEvent', id, patient_id,
        jsonb_build_object('status', status, 'previousStatus', 'DUE', 'scheduledTime', scheduled_time,
            'takenAt', taken_at, 'recordedAt', recorded_at, 'offline', false, 'prescriptionId', prescription_id,
            'medicationId', medication_id),
        coalesce(recorded_at, missed_after)
    FROM recent
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT
    (SELECT count(*) FROM added_users) AS users,
    (SELECT count(*) FROM added_connections) AS connections,
    (SELECT count(*) FROM added_prescriptions) AS prescriptions,
    (SELECT count(*) FROM added_doses) AS doses,
    (SELECT count(*) FROM added_notifications) AS notifications,
    (SELECT count(*) FROM added_audit_logs) AS audit_logs

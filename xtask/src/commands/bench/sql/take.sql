\set n random(1, :doses)
BEGIN;
UPDATE dose_events SET status = 'TAKEN_ON_TIME', taken_at = now(), recorded_at = now(), skip_reason = NULL, was_offline = false WHERE id = (SELECT id FROM bench_doses WHERE n = :n);
INSERT INTO audit_logs (id, actor_id, actor_role, action_type, resource_type, resource_id, patient_id, details, ip_address) SELECT gen_random_uuid(), patient_id, 'PATIENT', 'DOSE_TAKEN', 'DoseEvent', id, patient_id, '{"status": "TAKEN_ON_TIME", "offline": false, "previousStatus": "DUE"}', '127.0.0.1' FROM bench_doses WHERE n = :n;
COMMIT;

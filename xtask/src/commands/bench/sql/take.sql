-- Each update changes the status, as taking a dose does: one that leaves it as it is need not touch an index, and costs half.
\set n random(1, :doses)
BEGIN;
UPDATE dose_events SET status = CASE status WHEN 'DUE' THEN 'TAKEN_ON_TIME' ELSE 'DUE' END::dose_event_status, taken_at = CASE status WHEN 'DUE' THEN now() END, recorded_at = CASE status WHEN 'DUE' THEN now() END, skip_reason = NULL, was_offline = false WHERE id = (SELECT id FROM bench_doses WHERE n = :n);
INSERT INTO audit_logs (id, actor_id, actor_role, action_type, resource_type, resource_id, patient_id, details, ip_address) SELECT gen_random_uuid(), patient_id, 'PATIENT', 'DOSE_TAKEN', 'DoseEvent', id, patient_id, '{"status": "TAKEN_ON_TIME", "offline": false, "previousStatus": "DUE"}', '127.0.0.1' FROM bench_doses WHERE n = :n;
COMMIT;

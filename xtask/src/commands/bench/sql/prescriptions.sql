\set n random(1, :patients)
SELECT p.*, pu.first_name, pu.last_name, du.full_name, du.specialty, du.hospital_clinic FROM prescriptions p JOIN users pu ON pu.id = p.patient_id LEFT JOIN users du ON du.id = p.doctor_id WHERE p.patient_id = (SELECT id FROM bench_patients WHERE n = :n) ORDER BY p.created_at DESC, p.id DESC LIMIT 50;
SELECT m.* FROM medications m JOIN prescriptions p ON p.id = m.prescription_id WHERE p.patient_id = (SELECT id FROM bench_patients WHERE n = :n) AND m.removed_in_version IS NULL ORDER BY m.row_number, m.id;

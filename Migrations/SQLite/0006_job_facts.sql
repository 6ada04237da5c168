-- When the owner's wish to cancel was taken up; why the provider has no room; what was left there when it was given up.
ALTER TABLE provider_jobs ADD COLUMN cancel_requested_at INTEGER;
ALTER TABLE provider_jobs ADD COLUMN lack_of_room TEXT;
ALTER TABLE provider_jobs ADD COLUMN abandonment TEXT CHECK (abandonment IN ('may_run', 'over'));

DROP VIEW provider_job_overview;
CREATE VIEW provider_job_overview AS
SELECT b.id AS batch_id, a.number AS attempt, j.job_index, a.provider, a.model, j.phase, j.status, j.remote_id,
    j.remote_word, j.requests AS total, j.failure_code, j.failure_message,
    datetime(j.intended_at / 1000, 'unixepoch') AS intended_at, datetime(j.ended_at / 1000, 'unixepoch') AS ended_at,
    j.abandonment
FROM provider_jobs j JOIN attempts a USING (attempt_key) JOIN batches b USING (batch_key)
WHERE a.sealed = 1 AND b.sealed = 1;

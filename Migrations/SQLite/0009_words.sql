-- Two columns get the names that the library and the JSON of the tool use.
DROP VIEW provider_job_overview;
ALTER TABLE provider_jobs RENAME COLUMN remote_word TO raw_status;
ALTER TABLE provider_jobs RENAME COLUMN lack_of_room TO queue_full;
CREATE VIEW provider_job_overview AS
SELECT b.id AS batch_id, a.number AS attempt, j.job_index, a.provider, a.model, j.phase, j.status, j.remote_id,
    j.raw_status, j.requests AS total, j.failure_code, j.failure_message,
    datetime(j.intended_at / 1000, 'unixepoch') AS intended_at, datetime(j.ended_at / 1000, 'unixepoch') AS ended_at,
    j.abandonment
FROM provider_jobs j JOIN attempts a USING (attempt_key) JOIN batches b USING (batch_key)
WHERE a.sealed = 1 AND b.sealed = 1;

-- How often, in a row, a job was looked at whose results fell short, and when last.
ALTER TABLE provider_jobs ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE provider_jobs ADD COLUMN looked_at INTEGER;
-- What the jobs of an attempt amount to, without a look at each.
CREATE INDEX provider_jobs_by_status ON provider_jobs (attempt_key, status, ended_at);

-- Whose anomaly it is, so that a list of them needs no look at the batch's jobs.
ALTER TABLE anomalies ADD COLUMN batch_key INTEGER REFERENCES batches ON DELETE CASCADE;
UPDATE anomalies SET batch_key = (
    SELECT a.batch_key FROM provider_jobs j JOIN attempts a USING (attempt_key) WHERE j.job_key = anomalies.job_key);
CREATE INDEX anomalies_by_batch ON anomalies (batch_key);
CREATE INDEX anomalies_by_kind ON anomalies (job_key, kind);

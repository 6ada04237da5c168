-- Counts are kept as rows change, so that asking for them costs the same however large a batch is: those of a batch by the
-- current answers of its requests, those of a provider job by its results. What is neither is open.
ALTER TABLE batches ADD COLUMN anomalies INTEGER NOT NULL DEFAULT 0 CHECK (anomalies >= 0);

UPDATE batches SET (succeeded, errored, expired, cancelled, missing, invalid) = (
    SELECT count(*) FILTER (WHERE outcome = 'succeeded'), count(*) FILTER (WHERE outcome = 'errored'),
        count(*) FILTER (WHERE outcome = 'expired'), count(*) FILTER (WHERE outcome = 'cancelled'),
        count(*) FILTER (WHERE outcome = 'missing'), count(*) FILTER (WHERE outcome = 'invalid')
    FROM requests r WHERE r.batch_key = batches.batch_key)
WHERE succeeded IS NULL;

UPDATE provider_jobs SET (succeeded, errored, expired, cancelled, missing, invalid) = (
    SELECT count(*) FILTER (WHERE outcome = 'succeeded'), count(*) FILTER (WHERE outcome = 'errored'),
        count(*) FILTER (WHERE outcome = 'expired'), count(*) FILTER (WHERE outcome = 'cancelled'),
        count(*) FILTER (WHERE outcome = 'missing'), count(*) FILTER (WHERE outcome = 'invalid')
    FROM job_requests t WHERE t.job_key = provider_jobs.job_key)
WHERE succeeded IS NULL;

UPDATE batches SET anomalies = (
    SELECT count(*) FROM anomalies x JOIN provider_jobs USING (job_key) JOIN attempts a USING (attempt_key)
    WHERE a.batch_key = batches.batch_key);

-- Of a batch that came in a file: when, and in which. Its answers are the word of whoever wrote that file.
ALTER TABLE batches ADD COLUMN imported_at INTEGER;
ALTER TABLE batches ADD COLUMN imported_from TEXT;

DROP VIEW batch_overview;
CREATE VIEW batch_overview AS
SELECT b.id AS batch_id, b.name, b.endpoint, b.provider, b.status, b.requests AS total, b.succeeded,
    b.errored + b.expired + b.cancelled + b.missing + b.invalid AS unsuccessful,
    b.requests - b.succeeded - b.errored - b.expired - b.cancelled - b.missing - b.invalid AS open,
    (SELECT count(*) FROM attempts a WHERE a.batch_key = b.batch_key AND a.sealed = 1) AS attempts,
    datetime(b.created_at / 1000, 'unixepoch') AS created_at, datetime(b.finished_at / 1000, 'unixepoch') AS finished_at,
    b.anomalies, datetime(b.imported_at / 1000, 'unixepoch') AS imported_at, b.imported_from
FROM batches b WHERE b.sealed = 1;

-- A count of tokens that no answer can have is left out, so that sums over these views never overflow.
DROP VIEW unsuccessful;
DROP VIEW answers;
DROP VIEW history;

CREATE VIEW history AS
SELECT b.id AS batch_id, r.position, r.custom_id, a.number AS attempt, j.job_index, a.provider,
    coalesce(a.model, r.model) AS model, coalesce(t.outcome, 'open') AS outcome, t.status_code, t.error_code,
    t.error_message, iif(t.input_tokens BETWEEN 0 AND 1000000000, t.input_tokens, NULL) AS input_tokens,
    iif(t.output_tokens BETWEEN 0 AND 1000000000, t.output_tokens, NULL) AS output_tokens,
    datetime(t.recorded_at / 1000, 'unixepoch') AS recorded_at, CAST(l.line AS TEXT) AS result_line
FROM job_requests t JOIN requests r USING (request_key) JOIN provider_jobs j USING (job_key)
    JOIN attempts a USING (attempt_key) JOIN batches b ON b.batch_key = r.batch_key
    LEFT JOIN result_lines l USING (line_key)
WHERE a.sealed = 1 AND b.sealed = 1;

CREATE VIEW answers AS
SELECT b.id AS batch_id, r.position, r.custom_id, coalesce(r.outcome, 'open') AS outcome, a.number AS attempt,
    t.status_code, t.error_code, t.error_message,
    iif(t.input_tokens BETWEEN 0 AND 1000000000, t.input_tokens, NULL) AS input_tokens,
    iif(t.output_tokens BETWEEN 0 AND 1000000000, t.output_tokens, NULL) AS output_tokens,
    CAST(q.line AS TEXT) AS request_line, CAST(l.line AS TEXT) AS result_line
FROM requests r JOIN batches b USING (batch_key) JOIN request_lines q USING (request_key)
    LEFT JOIN job_requests t ON t.request_key = r.request_key AND t.job_key = r.answer_job
    LEFT JOIN provider_jobs j ON j.job_key = r.answer_job LEFT JOIN attempts a USING (attempt_key)
    LEFT JOIN result_lines l USING (line_key)
WHERE b.sealed = 1;

CREATE VIEW unsuccessful AS SELECT * FROM answers WHERE outcome NOT IN ('succeeded', 'open');

-- A request is keyed by its batch and its position, so that the requests of a batch are one range of the table and need
-- no index of their own. A result is written once, as one row; job_requests shows only which provider job holds which
-- request. A list of permitted values is a chain of OR, because for IN SQLite builds a temporary table at each row.
DROP VIEW unsuccessful;
DROP VIEW answers;
DROP VIEW history;

DROP INDEX requests_not_succeeded;
DROP INDEX job_requests_by_request;
DROP INDEX job_requests_open;
DROP INDEX job_requests_by_line;
DROP INDEX asked_lines_by_request;
DROP INDEX answered_contents_by_job;
DROP INDEX answered_contents_by_request;
ALTER TABLE requests RENAME TO former_requests;
ALTER TABLE request_lines RENAME TO former_request_lines;
ALTER TABLE job_requests RENAME TO former_job_requests;
ALTER TABLE asked_lines RENAME TO former_asked_lines;
ALTER TABLE answered_contents RENAME TO former_answered_contents;

CREATE TABLE requests (
    request_key INTEGER PRIMARY KEY,                -- batch_key << 32 | position
    batch_key   INTEGER NOT NULL REFERENCES batches ON DELETE CASCADE,
    custom_id   TEXT    NOT NULL,
    model       TEXT,
    source_line INTEGER,
    -- of the current answer: the latest success, else the latest result
    outcome     TEXT    CHECK (outcome = 'succeeded' OR outcome = 'errored' OR outcome = 'expired'
        OR outcome = 'cancelled' OR outcome = 'missing' OR outcome = 'invalid'),
    result_key  INTEGER,                            -- of that answer
    position    INTEGER NOT NULL GENERATED ALWAYS AS (request_key & 4294967295) VIRTUAL,
    UNIQUE (batch_key, custom_id),
    CHECK (request_key >> 32 = batch_key)
) STRICT;
-- Those with a result that is not a success, also while they are open again in a retry.
CREATE INDEX requests_unsuccessful ON requests (batch_key) WHERE result_key IS NOT NULL AND outcome IS NOT 'succeeded';

-- Each request line, byte for byte; apart from the narrow rows that are searched and counted.
CREATE TABLE request_lines (
    request_key INTEGER PRIMARY KEY REFERENCES requests ON DELETE CASCADE,
    line        BLOB    NOT NULL
) STRICT;

-- Which requests a provider job holds.
CREATE TABLE job_requests (
    job_key     INTEGER NOT NULL REFERENCES provider_jobs ON DELETE CASCADE,
    request_key INTEGER NOT NULL REFERENCES requests ON DELETE CASCADE,
    PRIMARY KEY (job_key, request_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_requests_by_request ON job_requests (request_key);

-- The result of a request in a provider job; a request without one is open.
CREATE TABLE results (
    result_key    INTEGER PRIMARY KEY,              -- in the order of arrival
    job_key       INTEGER NOT NULL,
    request_key   INTEGER NOT NULL,
    outcome       TEXT    NOT NULL CHECK (outcome = 'succeeded' OR outcome = 'errored' OR outcome = 'expired'
        OR outcome = 'cancelled' OR outcome = 'missing' OR outcome = 'invalid'),
    status_code   INTEGER,
    error_code    TEXT,
    error_message TEXT,
    input_tokens  INTEGER,
    output_tokens INTEGER,
    source_file   TEXT,
    source_line   INTEGER,
    recorded_at   INTEGER NOT NULL,
    line          BLOB,                             -- in canonical form: as received where the provider sends that form
    native        BLOB,                             -- as received, where the provider's form differs
    UNIQUE (job_key, request_key),
    FOREIGN KEY (job_key, request_key) REFERENCES job_requests ON DELETE CASCADE
) STRICT;

CREATE TABLE asked_lines (
    job_key     INTEGER NOT NULL REFERENCES provider_jobs ON DELETE CASCADE,
    request_key INTEGER NOT NULL REFERENCES requests ON DELETE CASCADE,
    line        BLOB    NOT NULL,
    PRIMARY KEY (job_key, request_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_lines_by_request ON asked_lines (request_key);

CREATE TABLE answered_contents (
    content     BLOB    NOT NULL,                   -- SHA-256 of provider, model, endpoint and body
    job_key     INTEGER NOT NULL REFERENCES provider_jobs ON DELETE CASCADE,
    request_key INTEGER NOT NULL REFERENCES requests ON DELETE CASCADE,
    PRIMARY KEY (content, job_key, request_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answered_contents_by_job ON answered_contents (job_key, request_key);
CREATE INDEX answered_contents_by_request ON answered_contents (request_key);

INSERT INTO requests (request_key, batch_key, custom_id, model, source_line, outcome)
SELECT batch_key << 32 | position, batch_key, custom_id, model, source_line, outcome
FROM former_requests ORDER BY batch_key, position;
INSERT INTO request_lines (request_key, line)
SELECT f.batch_key << 32 | f.position, l.line FROM former_requests f JOIN former_request_lines l USING (request_key)
ORDER BY f.batch_key, f.position;
INSERT INTO job_requests (job_key, request_key)
SELECT t.job_key, f.batch_key << 32 | f.position FROM former_job_requests t JOIN former_requests f USING (request_key)
ORDER BY 1, 2;
INSERT INTO results (job_key, request_key, outcome, status_code, error_code, error_message, input_tokens,
    output_tokens, source_file, source_line, recorded_at, line, native)
SELECT t.job_key, f.batch_key << 32 | f.position AS request_key, t.outcome, t.status_code, t.error_code,
    t.error_message, t.input_tokens, t.output_tokens, t.source_file, t.source_line, t.recorded_at, l.line, l.native
FROM former_job_requests t JOIN former_requests f USING (request_key) LEFT JOIN result_lines l USING (line_key)
WHERE t.outcome IS NOT NULL ORDER BY 1, 2;
INSERT INTO asked_lines (job_key, request_key, line)
SELECT n.job_key, f.batch_key << 32 | f.position, n.line
FROM former_asked_lines n JOIN former_requests f USING (request_key);
INSERT INTO answered_contents (content, job_key, request_key)
SELECT c.content, c.job_key, f.batch_key << 32 | f.position
FROM former_answered_contents c JOIN former_requests f USING (request_key);
UPDATE requests SET result_key = (
    SELECT s.result_key FROM former_requests f JOIN results s ON s.job_key = f.answer_job
    WHERE f.batch_key = requests.batch_key AND f.position = requests.position AND s.request_key = requests.request_key);

DROP TABLE former_answered_contents;
DROP TABLE former_asked_lines;
DROP TABLE former_job_requests;
DROP TABLE result_lines;
DROP TABLE former_request_lines;
DROP TABLE former_requests;

-- Every attempt at every request.
CREATE VIEW history AS
SELECT b.id AS batch_id, r.position, r.custom_id, a.number AS attempt, j.job_index, a.provider,
    coalesce(a.model, r.model) AS model, coalesce(s.outcome, 'open') AS outcome, s.status_code, s.error_code,
    s.error_message, iif(s.input_tokens BETWEEN 0 AND 1000000000, s.input_tokens, NULL) AS input_tokens,
    iif(s.output_tokens BETWEEN 0 AND 1000000000, s.output_tokens, NULL) AS output_tokens,
    datetime(s.recorded_at / 1000, 'unixepoch') AS recorded_at, CAST(s.line AS TEXT) AS result_line
FROM job_requests t JOIN requests r USING (request_key) JOIN provider_jobs j USING (job_key)
    JOIN attempts a USING (attempt_key) JOIN batches b ON b.batch_key = r.batch_key
    LEFT JOIN results s ON s.job_key = t.job_key AND s.request_key = t.request_key
WHERE a.sealed = 1 AND b.sealed = 1;

-- The current answer of every request: its latest success, else its latest result.
CREATE VIEW answers AS
SELECT b.id AS batch_id, r.position, r.custom_id, coalesce(r.outcome, 'open') AS outcome, a.number AS attempt,
    s.status_code, s.error_code, s.error_message,
    iif(s.input_tokens BETWEEN 0 AND 1000000000, s.input_tokens, NULL) AS input_tokens,
    iif(s.output_tokens BETWEEN 0 AND 1000000000, s.output_tokens, NULL) AS output_tokens,
    CAST(q.line AS TEXT) AS request_line, CAST(s.line AS TEXT) AS result_line
FROM requests r JOIN batches b USING (batch_key) JOIN request_lines q USING (request_key)
    LEFT JOIN results s ON s.result_key = r.result_key
    LEFT JOIN provider_jobs j ON j.job_key = s.job_key LEFT JOIN attempts a USING (attempt_key)
WHERE b.sealed = 1;

CREATE VIEW unsuccessful AS SELECT * FROM answers WHERE outcome NOT IN ('succeeded', 'open');

-- What is kept of batches. Times are milliseconds since 1970 in UTC. A NULL outcome means: open, no result yet.

CREATE TABLE batches (
    batch_key        INTEGER PRIMARY KEY,           -- in the order of making
    id               TEXT    NOT NULL UNIQUE,
    name             TEXT    CHECK (name <> ''),
    endpoint         TEXT    NOT NULL,
    content_sha256   BLOB,
    metadata         TEXT    NOT NULL DEFAULT '{}',
    provider         TEXT    NOT NULL,
    settings         TEXT    NOT NULL,
    -- 0 while its requests are coming in; nobody sees it then
    sealed           INTEGER NOT NULL DEFAULT 0 CHECK (sealed IN (0, 1)),
    begun_at         INTEGER NOT NULL,              -- when this row was made; of a copy later than created_at
    status           TEXT    NOT NULL DEFAULT 'draft' CHECK (status IN (
        'draft', 'submitting', 'validating', 'in_progress', 'finalizing', 'completed', 'failed', 'expired',
        'cancelling', 'cancelled', 'needs_attention')),
    requests         INTEGER NOT NULL DEFAULT 0,
    -- frozen when the batch ends
    succeeded        INTEGER, errored INTEGER, expired INTEGER, cancelled INTEGER, missing INTEGER, invalid INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    claim_owner      TEXT,
    claim_until      INTEGER,
    claim_fence      INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    finished_at      INTEGER,
    CHECK (sealed = 0 OR content_sha256 IS NOT NULL),
    CHECK ((status IN ('completed', 'failed', 'expired', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK (finished_at IS NULL OR requests = succeeded + errored + expired + cancelled + missing + invalid)
) STRICT;
CREATE UNIQUE INDEX batches_by_name ON batches (name) WHERE name IS NOT NULL AND sealed = 1;
CREATE INDEX batches_by_content ON batches (content_sha256);

CREATE TABLE requests (
    request_key INTEGER PRIMARY KEY,
    batch_key   INTEGER NOT NULL REFERENCES batches ON DELETE CASCADE,
    position    INTEGER NOT NULL CHECK (position >= 0),
    custom_id   TEXT    NOT NULL,
    model       TEXT,
    source_line INTEGER,
    -- of the current answer: the latest success, else the latest result
    outcome     TEXT    CHECK (outcome IN ('succeeded', 'errored', 'expired', 'cancelled', 'missing', 'invalid')),
    answer_job  INTEGER,                            -- the job_key of that answer
    UNIQUE (batch_key, position),
    UNIQUE (batch_key, custom_id)
) STRICT;
CREATE INDEX requests_not_succeeded ON requests (batch_key, position, outcome) WHERE outcome IS NOT 'succeeded';

-- Each request line, byte for byte; apart from the narrow rows that are searched and counted.
CREATE TABLE request_lines (
    request_key INTEGER PRIMARY KEY REFERENCES requests ON DELETE CASCADE,
    line        BLOB    NOT NULL
) STRICT;

CREATE TABLE attempts (
    attempt_key INTEGER PRIMARY KEY,
    batch_key   INTEGER NOT NULL REFERENCES batches ON DELETE CASCADE,
    number      INTEGER NOT NULL CHECK (number >= 1),
    parent      INTEGER CHECK (parent < number),
    outcomes    TEXT,
    provider    TEXT    NOT NULL,
    model       TEXT,
    settings    TEXT    NOT NULL,
    account     TEXT,
    sealed      INTEGER NOT NULL DEFAULT 0 CHECK (sealed IN (0, 1)),
    created_at  INTEGER NOT NULL,
    UNIQUE (batch_key, number)
) STRICT;

CREATE TABLE provider_jobs (
    job_key          INTEGER PRIMARY KEY,
    attempt_key      INTEGER NOT NULL REFERENCES attempts ON DELETE CASCADE,
    job_index        INTEGER NOT NULL CHECK (job_index >= 1),
    requests         INTEGER NOT NULL DEFAULT 0,
    bytes            INTEGER NOT NULL DEFAULT 0,
    sha256           BLOB,
    phase            TEXT    NOT NULL DEFAULT 'planned' CHECK (phase IN (
        'planned', 'uploading', 'creating', 'reconciling', 'submitted', 'answering', 'collecting', 'ended',
        'needs_attention')),
    status           TEXT    NOT NULL DEFAULT 'submitting',
    token            TEXT    UNIQUE,
    tries            INTEGER NOT NULL DEFAULT 0,
    listings         INTEGER NOT NULL DEFAULT 0,
    failures         INTEGER NOT NULL DEFAULT 0,
    intended_at      INTEGER,
    input_file_id    TEXT,
    remote_id        TEXT,
    remote_word      TEXT,                          -- the provider's word for its status, verbatim
    remote_status    TEXT,
    output_file_id   TEXT,
    error_file_id    TEXT,
    reported         TEXT,                          -- the provider's own counters
    collected        TEXT,                          -- how far its result files are stored
    expires_at       INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    failure_code     TEXT,
    failure_message  TEXT,
    ended_at         INTEGER,
    -- frozen when the job ends
    succeeded        INTEGER, errored INTEGER, expired INTEGER, cancelled INTEGER, missing INTEGER, invalid INTEGER,
    UNIQUE (attempt_key, job_index),
    CHECK ((phase = 'ended') = (ended_at IS NOT NULL)),
    CHECK (phase <> 'submitted' OR remote_id IS NOT NULL),
    CHECK (ended_at IS NULL OR requests = succeeded + errored + expired + cancelled + missing + invalid)
) STRICT;
CREATE INDEX provider_jobs_unfinished ON provider_jobs (phase) WHERE phase <> 'ended';

-- Which requests a job holds, and the result of each.
CREATE TABLE job_requests (
    job_key       INTEGER NOT NULL REFERENCES provider_jobs ON DELETE CASCADE,
    request_key   INTEGER NOT NULL REFERENCES requests ON DELETE CASCADE,
    outcome       TEXT    CHECK (outcome IN ('succeeded', 'errored', 'expired', 'cancelled', 'missing', 'invalid')),
    status_code   INTEGER,
    error_code    TEXT,
    error_message TEXT,
    input_tokens  INTEGER,
    output_tokens INTEGER,
    source_file   TEXT,
    source_line   INTEGER,
    line_key      INTEGER REFERENCES result_lines,
    recorded_at   INTEGER,
    PRIMARY KEY (job_key, request_key),
    CHECK ((outcome IS NULL) = (recorded_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX job_requests_by_request ON job_requests (request_key);
CREATE INDEX job_requests_open ON job_requests (job_key, request_key) WHERE outcome IS NULL;
CREATE INDEX job_requests_by_line ON job_requests (line_key) WHERE line_key IS NOT NULL;

-- Each result line as it was received.
CREATE TABLE result_lines (
    line_key INTEGER PRIMARY KEY,
    line     BLOB    NOT NULL
) STRICT;

-- What providers sent that fits no request.
CREATE TABLE anomalies (
    anomaly_key INTEGER PRIMARY KEY,
    job_key     INTEGER NOT NULL REFERENCES provider_jobs ON DELETE CASCADE,
    kind        TEXT    NOT NULL,
    custom_id   TEXT,
    source_file TEXT    NOT NULL,
    source_line INTEGER NOT NULL,
    message     TEXT    NOT NULL,
    line        BLOB,
    UNIQUE (job_key, kind, source_file, source_line)
) STRICT;

-- The views are for people who open the file; they are documented in docs/storage.md and only ever gain columns.

CREATE VIEW batch_overview AS
SELECT b.id AS batch_id, b.name, b.endpoint, b.provider, b.status, b.requests AS total,
    (SELECT count(*) FROM requests r WHERE r.batch_key = b.batch_key AND r.outcome = 'succeeded') AS succeeded,
    (SELECT count(*) FROM requests r
        WHERE r.batch_key = b.batch_key AND r.outcome IS NOT 'succeeded' AND r.outcome IS NOT NULL) AS unsuccessful,
    (SELECT count(*) FROM requests r
        WHERE r.batch_key = b.batch_key AND r.outcome IS NOT 'succeeded' AND r.outcome IS NULL) AS open,
    (SELECT count(*) FROM attempts a WHERE a.batch_key = b.batch_key AND a.sealed = 1) AS attempts,
    datetime(b.created_at / 1000, 'unixepoch') AS created_at, datetime(b.finished_at / 1000, 'unixepoch') AS finished_at
FROM batches b WHERE b.sealed = 1;

CREATE VIEW provider_job_overview AS
SELECT b.id AS batch_id, a.number AS attempt, j.job_index, a.provider, a.model, j.phase, j.status, j.remote_id,
    j.remote_word, j.requests AS total, j.failure_code, j.failure_message,
    datetime(j.intended_at / 1000, 'unixepoch') AS intended_at, datetime(j.ended_at / 1000, 'unixepoch') AS ended_at
FROM provider_jobs j JOIN attempts a USING (attempt_key) JOIN batches b USING (batch_key)
WHERE a.sealed = 1 AND b.sealed = 1;

-- Every attempt at every request.
CREATE VIEW history AS
SELECT b.id AS batch_id, r.position, r.custom_id, a.number AS attempt, j.job_index, a.provider,
    coalesce(a.model, r.model) AS model, coalesce(t.outcome, 'open') AS outcome, t.status_code, t.error_code,
    t.error_message, t.input_tokens, t.output_tokens, datetime(t.recorded_at / 1000, 'unixepoch') AS recorded_at,
    CAST(l.line AS TEXT) AS result_line
FROM job_requests t JOIN requests r USING (request_key) JOIN provider_jobs j USING (job_key)
    JOIN attempts a USING (attempt_key) JOIN batches b ON b.batch_key = r.batch_key
    LEFT JOIN result_lines l USING (line_key)
WHERE a.sealed = 1 AND b.sealed = 1;

-- The current answer of every request: its latest success, else its latest result.
CREATE VIEW answers AS
SELECT b.id AS batch_id, r.position, r.custom_id, coalesce(r.outcome, 'open') AS outcome, a.number AS attempt,
    t.status_code, t.error_code, t.error_message, t.input_tokens, t.output_tokens,
    CAST(q.line AS TEXT) AS request_line, CAST(l.line AS TEXT) AS result_line
FROM requests r JOIN batches b USING (batch_key) JOIN request_lines q USING (request_key)
    LEFT JOIN job_requests t ON t.request_key = r.request_key AND t.job_key = r.answer_job
    LEFT JOIN provider_jobs j ON j.job_key = r.answer_job LEFT JOIN attempts a USING (attempt_key)
    LEFT JOIN result_lines l USING (line_key)
WHERE b.sealed = 1;

CREATE VIEW unsuccessful AS SELECT * FROM answers WHERE outcome NOT IN ('succeeded', 'open');

-- What makes a batch a typed job.
ALTER TABLE batches ADD COLUMN definition TEXT;

-- The line that a job asks where it is not the request's own: a narrower form of it.
CREATE TABLE asked_lines (
    job_key     INTEGER NOT NULL REFERENCES provider_jobs ON DELETE CASCADE,
    request_key INTEGER NOT NULL REFERENCES requests ON DELETE CASCADE,
    line        BLOB    NOT NULL,
    PRIMARY KEY (job_key, request_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_lines_by_request ON asked_lines (request_key);

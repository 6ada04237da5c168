-- What was answered with success, by the content that was asked; filled when answers are first to be reused.
CREATE TABLE answered_contents (
    content     BLOB    NOT NULL,                   -- SHA-256 of provider, model, endpoint and body
    job_key     INTEGER NOT NULL REFERENCES provider_jobs ON DELETE CASCADE,
    request_key INTEGER NOT NULL REFERENCES requests ON DELETE CASCADE,
    PRIMARY KEY (content, job_key, request_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answered_contents_by_job ON answered_contents (job_key, request_key);
CREATE INDEX answered_contents_by_request ON answered_contents (request_key);

-- Whether all that a job answered is in answered_contents.
ALTER TABLE provider_jobs ADD COLUMN contents_known INTEGER NOT NULL DEFAULT 0 CHECK (contents_known IN (0, 1));
CREATE INDEX provider_jobs_unknown ON provider_jobs (job_key) WHERE phase = 'ended' AND contents_known = 0;

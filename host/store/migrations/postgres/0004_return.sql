-- The return of an applicant by number and code. The columns are those of SQLite, where each is explained.
ALTER TABLE cases ADD COLUMN return_code BYTEA;

-- Visits that are open. A stolen database opens none: it holds hashes of random tokens.
CREATE TABLE return_tokens (
    token_hash BYTEA  PRIMARY KEY,
    case_seq   BIGINT NOT NULL REFERENCES cases (seq),
    expires_at BIGINT NOT NULL
);
CREATE INDEX return_tokens_case ON return_tokens (case_seq);
CREATE INDEX return_tokens_expires_at ON return_tokens (expires_at);

-- What an applicant sent with an idempotency key, so that a replay writes no second event.
CREATE TABLE applicant_requests (
    case_seq  BIGINT NOT NULL REFERENCES cases (seq),
    key_hash  BYTEA  NOT NULL,
    text_hash BYTEA  NOT NULL,
    n         BIGINT NOT NULL,
    PRIMARY KEY (case_seq, key_hash)
);

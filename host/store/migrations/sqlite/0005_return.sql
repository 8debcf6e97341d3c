-- The return of an applicant by number and code.
ALTER TABLE cases ADD COLUMN return_code BLOB;            -- SHA-256(number, SHA-256 of the code); NULL: no code, or erased

-- Visits that are open. A stolen database opens none: it holds hashes of random tokens.
CREATE TABLE return_tokens (
    token_hash BLOB    PRIMARY KEY,
    case_seq   INTEGER NOT NULL REFERENCES cases (seq),
    expires_at INTEGER NOT NULL                           -- milliseconds since the epoch, UTC
) STRICT;
CREATE INDEX return_tokens_case ON return_tokens (case_seq);
CREATE INDEX return_tokens_expires_at ON return_tokens (expires_at);

-- What an applicant sent with an idempotency key, so that a replay writes no second event.
CREATE TABLE applicant_requests (
    case_seq  INTEGER NOT NULL REFERENCES cases (seq),
    key_hash  BLOB    NOT NULL,                           -- keyed hash of the idempotency key
    text_hash BLOB    NOT NULL,                           -- keyed hash of the address and the text
    n         INTEGER NOT NULL,                           -- the event that it wrote
    PRIMARY KEY (case_seq, key_hash)
) STRICT;

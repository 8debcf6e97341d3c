-- One row a case: what came, what it was judged by, and what the applicant was told. Nothing is ever rewritten.
CREATE TABLE cases (
    id              BLOB    NOT NULL PRIMARY KEY,         -- UUID version 7, inside only: it tells the time
    number          TEXT    NOT NULL UNIQUE,              -- XXX-XXX-XXX, as on the receipt
    received_at     INTEGER NOT NULL,                     -- milliseconds since the epoch, UTC
    status          TEXT    NOT NULL DEFAULT 'received',
    partner         TEXT,                                 -- whose page it came through; NULL: the desk's own
    locale          TEXT    NOT NULL,                     -- ja or en
    idempotency_key TEXT    NOT NULL UNIQUE,              -- this constraint makes one case of many tries
    text            BLOB    NOT NULL,                     -- the draft, byte for byte as it came
    text_sha256     TEXT    NOT NULL,
    accepted        INTEGER NOT NULL,
    report          BLOB    NOT NULL,                     -- the report's canonical bytes
    ruleset         TEXT    NOT NULL,
    module          TEXT    NOT NULL,                     -- sha256:<64 hex>, what judged here
    page_module     TEXT,                                 -- what the page said it ran; NULL: it said nothing
    consent         TEXT    NOT NULL,                     -- the consent record, JSON
    receipt         BLOB    NOT NULL                      -- the receipt's bytes, for every replay
) STRICT;

CREATE INDEX cases_received_at ON cases (received_at);

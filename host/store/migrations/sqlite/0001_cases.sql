-- One row a case: what came, what it was judged by, and what the applicant was told. Nothing is ever rewritten.
-- The short columns stand before the long ones: a list then reads no page of a draft or a report.
CREATE TABLE cases (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,    -- the store's own order, whatever the clock says; inside only
    number          TEXT    NOT NULL UNIQUE,              -- XXX-XXX-XXX, as on the receipt
    received_at     INTEGER NOT NULL,                     -- milliseconds since the epoch, UTC, by the host's clock
    status          TEXT    NOT NULL DEFAULT 'received',
    partner         TEXT,                                 -- whose page it came through; NULL: the desk's own
    test            INTEGER NOT NULL,                     -- 1: from a partner's test key, kept apart from what is real
    locale          TEXT    NOT NULL,                     -- ja or en
    accepted        INTEGER NOT NULL,
    ruleset         TEXT    NOT NULL,
    module          TEXT    NOT NULL,                     -- sha256:<64 hex>, what judged here
    page_module     TEXT,                                 -- what the page said it ran; NULL: it said nothing
    idempotency_key TEXT    NOT NULL UNIQUE,              -- this constraint makes one case of many tries
    text_sha256     TEXT    NOT NULL,
    consent         TEXT    NOT NULL,                     -- the consent record, JSON
    receipt         BLOB    NOT NULL,                     -- the receipt's bytes, for every replay
    text            BLOB    NOT NULL,                     -- the draft, byte for byte as it came
    report          BLOB    NOT NULL,                     -- the canonical bytes of the current module's report
    page_report     BLOB                                  -- those of the page's module; NULL: it ran the current one
) STRICT;

-- Each of these holds the sequence too, so that a page of a list needs no sorting.
CREATE INDEX cases_received_at ON cases (received_at);
CREATE INDEX cases_partner ON cases (partner) WHERE partner IS NOT NULL;
CREATE INDEX cases_test ON cases (test) WHERE test = 1;
-- A number is looked for by the beginning of any of its groups; the first one's index is the column's own.
CREATE INDEX cases_second_group ON cases (substr(number, 5));
CREATE INDEX cases_third_group ON cases (substr(number, 9));

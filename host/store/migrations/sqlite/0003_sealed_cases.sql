-- Sealed cases. The clear ones keep their rows under another name until the program has sealed them; then that table is dropped.
DROP INDEX cases_received_at;
DROP INDEX cases_partner;
DROP INDEX cases_test;
DROP INDEX cases_second_group;
DROP INDEX cases_third_group;
ALTER TABLE cases RENAME TO clear_cases;

-- One row for each case: its clear columns. docs/security.md lists them all. Only an erasure rewrites a row.
CREATE TABLE cases (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,    -- the store's own order, independent of the clock; never shown
    number          TEXT    NOT NULL UNIQUE,              -- as on the receipt
    received_at     INTEGER NOT NULL,                     -- milliseconds since the epoch, UTC, by the host's clock
    partner         TEXT,                                 -- the partner whose page sent it; NULL: the desk's own page
    test            INTEGER NOT NULL,                     -- 1: sent with a partner's test key
    locale          TEXT    NOT NULL,                     -- ja or en
    accepted        INTEGER NOT NULL,
    ruleset         TEXT    NOT NULL,
    module          TEXT    NOT NULL,                     -- sha256:<64 hex>, the module that judged here
    page_module     TEXT,                                 -- the module that the page reported; NULL: it reported none
    idempotency_key TEXT    NOT NULL UNIQUE,              -- this constraint makes one case of several attempts
    text_hash       BLOB,                                 -- keyed hash of the draft; NULL after erasure
    recipient       TEXT,                                 -- the case's own age recipient; NULL after erasure
    kind            TEXT,                                 -- coded answers for the queue; NULL after erasure
    ongoing         TEXT,
    services        TEXT,
    receipt         BLOB                                  -- the receipt's bytes, for every replay; NULL after erasure
) STRICT;

-- Each of these holds the sequence too, so that a page of a list needs no sorting.
CREATE INDEX cases_received_at ON cases (received_at);
CREATE INDEX cases_partner ON cases (partner) WHERE partner IS NOT NULL;
CREATE INDEX cases_test ON cases (test) WHERE test = 1;
-- A number is found by the beginning of any of its groups; the first group's index is the column's own.
CREATE INDEX cases_second_group ON cases (substr(number, 5));
CREATE INDEX cases_third_group ON cases (substr(number, 9));

-- One age file for each case, to the desk's recipients: the case's identity, draft, reports, consent record.
CREATE TABLE case_seals (
    case_seq  INTEGER PRIMARY KEY REFERENCES cases (seq),
    sealed_to TEXT    NOT NULL,                           -- digest of the recipients' list
    sealed    BLOB    NOT NULL
) STRICT;

-- Keyed hashes of normalized telephone numbers, addresses and company names, for the search.
CREATE TABLE case_search (
    case_seq INTEGER NOT NULL REFERENCES cases (seq),
    kind     TEXT    NOT NULL,                            -- phone, email or company
    hash     BLOB    NOT NULL
) STRICT;
CREATE INDEX case_search_hash ON case_search (hash, case_seq);
CREATE INDEX case_search_case ON case_search (case_seq);

-- The state of each case as its events give it; `kakekomi rebuild` makes these rows again.
CREATE TABLE projections (
    case_seq      INTEGER PRIMARY KEY REFERENCES cases (seq),
    status        TEXT    NOT NULL,
    outcome       TEXT,
    assignee      TEXT,
    urgency       TEXT,
    waiting_since INTEGER,                                -- milliseconds since the epoch, UTC
    follow_up     INTEGER,
    held          INTEGER NOT NULL,
    last_n        INTEGER NOT NULL,                       -- the last event of the case
    changed_n     INTEGER NOT NULL                        -- the last one that is no reading
) STRICT;
CREATE INDEX projections_status ON projections (status, case_seq);

-- Everything that happens, in one chain of hashes. Nothing is ever rewritten; an erasure empties the bodies.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY,                      -- without gaps, in the order of commits
    case_number TEXT    REFERENCES cases (number),        -- NULL: an event of the store
    n           INTEGER,                                  -- 1, 2, … in its case
    at          INTEGER NOT NULL,                         -- milliseconds since the epoch, UTC
    actor       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    body        BLOB,                                     -- one age file; NULL: there is none, or it was erased
    commitment  BLOB    NOT NULL,                         -- SHA-256(32 random bytes, body)
    hash        BLOB    NOT NULL,                         -- SHA-256 over the hash before and this row
    UNIQUE (case_number, n)
) STRICT;

CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events
WHEN new.body IS NOT NULL OR (new.seq, new.case_number, new.n, new.at, new.actor, new.kind, new.commitment, new.hash)
    IS NOT (old.seq, old.case_number, old.n, old.at, old.actor, old.kind, old.commitment, old.hash)
    -- A body is emptied behind the event of its case's erasure alone.
    OR NOT EXISTS (SELECT 1 FROM events WHERE case_number = old.case_number AND kind = 'case.erased')
BEGIN SELECT RAISE(ABORT, 'events are never rewritten'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
-- INSERT OR REPLACE deletes without firing the trigger above, unless recursive_triggers is on.
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
WHEN new.seq <= (SELECT coalesce(max(seq), 0) FROM events)
    OR EXISTS (SELECT 1 FROM events WHERE case_number = new.case_number AND n = new.n)
BEGIN SELECT RAISE(ABORT, 'events are never replaced, or inserted before the last one'); END;

-- Values of the store itself, such as the check value of the key of its hashes.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- Sealed cases. The clear ones keep their rows under another name until the program has sealed them; then that table is dropped.
DROP INDEX cases_received_at;
DROP INDEX cases_partner;
DROP INDEX cases_test;
DROP INDEX cases_second_group;
DROP INDEX cases_third_group;
ALTER TABLE cases RENAME TO clear_cases;

-- The columns are those of SQLite, where each is explained. The store gives `seq` under its lock, in the order of commits.
CREATE TABLE cases (
    seq             BIGINT PRIMARY KEY,
    number          TEXT COLLATE "C" NOT NULL UNIQUE,
    received_at     BIGINT NOT NULL,
    partner         TEXT,
    test            BOOLEAN NOT NULL,
    locale          TEXT    NOT NULL,
    accepted        BOOLEAN NOT NULL,
    ruleset         TEXT    NOT NULL,
    module          TEXT    NOT NULL,
    page_module     TEXT,
    idempotency_key TEXT COLLATE "C" NOT NULL UNIQUE,
    text_hash       BYTEA,
    recipient       TEXT,
    kind            TEXT,
    ongoing         TEXT,
    services        TEXT,
    receipt         BYTEA
);

-- Each of these holds the sequence too, so that a page of a list needs no sorting.
CREATE INDEX cases_received_at ON cases (received_at);
CREATE INDEX cases_partner ON cases (partner, seq) WHERE partner IS NOT NULL;
CREATE INDEX cases_test ON cases (seq) WHERE test;
-- A number is found by the beginning of any of its groups; the first group's index is the column's own.
CREATE INDEX cases_second_group ON cases (substr(number, 5));
CREATE INDEX cases_third_group ON cases (substr(number, 9));

-- One age file for each case, to the desk's recipients: the case's identity, draft, reports, consent record.
CREATE TABLE case_seals (
    case_seq  BIGINT PRIMARY KEY REFERENCES cases (seq),
    sealed_to TEXT    NOT NULL,
    sealed    BYTEA   NOT NULL
);
-- Sealed bytes cannot be compressed.
ALTER TABLE case_seals ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Keyed hashes of normalized telephone numbers, addresses and company names, for the search.
CREATE TABLE case_search (
    case_seq BIGINT NOT NULL REFERENCES cases (seq),
    kind     TEXT    NOT NULL,
    hash     BYTEA    NOT NULL
);
CREATE INDEX case_search_hash ON case_search (hash, case_seq);
CREATE INDEX case_search_case ON case_search (case_seq);

-- The state of each case as its events give it; `kakekomi rebuild` makes these rows again.
CREATE TABLE projections (
    case_seq      BIGINT PRIMARY KEY REFERENCES cases (seq),
    status        TEXT    NOT NULL,
    outcome       TEXT,
    assignee      TEXT,
    urgency       TEXT,
    waiting_since BIGINT,
    follow_up     BIGINT,
    held          BOOLEAN NOT NULL,
    last_n        BIGINT NOT NULL,
    changed_n     BIGINT NOT NULL
);
CREATE INDEX projections_status ON projections (status, case_seq);

-- Everything that happens, in one chain of hashes. Nothing is ever rewritten; an erasure empties the bodies.
CREATE TABLE events (
    seq         BIGINT PRIMARY KEY,
    case_number TEXT COLLATE "C" REFERENCES cases (number),
    n           BIGINT,
    at          BIGINT NOT NULL,
    actor       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    body        BYTEA,
    commitment  BYTEA    NOT NULL,
    hash        BYTEA    NOT NULL,
    UNIQUE (case_number, n)
);

CREATE FUNCTION refuse_replacing_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <= (SELECT coalesce(max(seq), 0) FROM events) THEN
        RAISE EXCEPTION 'events are never replaced, or inserted before the last one';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_replacing_of_events();

CREATE FUNCTION refuse_change_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.body IS NULL AND (NEW.seq, NEW.case_number, NEW.n, NEW.at, NEW.actor, NEW.kind, NEW.commitment, NEW.hash)
            IS NOT DISTINCT FROM (OLD.seq, OLD.case_number, OLD.n, OLD.at, OLD.actor, OLD.kind, OLD.commitment, OLD.hash)
            -- A body is emptied behind the event of its case's erasure alone.
            AND EXISTS (SELECT 1 FROM events WHERE case_number = OLD.case_number AND kind = 'case.erased')
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'events are never rewritten, deleted or truncated';
END $$;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_events();
CREATE TRIGGER events_are_not_truncated BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();

-- Values of the store itself, such as the check value of the key of its hashes.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

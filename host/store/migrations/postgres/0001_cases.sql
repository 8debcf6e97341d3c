-- One row a case: what came, what it was judged by, and what the applicant was told. Nothing is ever rewritten.
-- The same columns as in SQLite's; there each is explained.
CREATE TABLE cases (
    seq             BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- given under a lock, so in the order of commits
    number          TEXT    COLLATE "C" NOT NULL UNIQUE,
    received_at     BIGINT  NOT NULL,
    status          TEXT    NOT NULL DEFAULT 'received',
    partner         TEXT,
    test            BOOLEAN NOT NULL,
    locale          TEXT    NOT NULL,
    accepted        BOOLEAN NOT NULL,
    ruleset         TEXT    NOT NULL,
    module          TEXT    NOT NULL,
    page_module     TEXT,
    idempotency_key TEXT    COLLATE "C" NOT NULL UNIQUE,
    text_sha256     TEXT    NOT NULL,
    consent         TEXT    NOT NULL,
    receipt         BYTEA   NOT NULL,
    text            BYTEA   NOT NULL,
    report          BYTEA   NOT NULL,
    page_report     BYTEA
);

CREATE INDEX cases_received_at ON cases (received_at);
CREATE INDEX cases_partner ON cases (partner, seq) WHERE partner IS NOT NULL;
CREATE INDEX cases_test ON cases (seq) WHERE test;
CREATE INDEX cases_second_group ON cases (substr(number, 5));
CREATE INDEX cases_third_group ON cases (substr(number, 9));

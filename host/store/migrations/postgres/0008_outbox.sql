-- The outbox: notices of events, written by a trigger in the transaction of their event, whoever writes it.
-- The columns are those of SQLite, where each is explained.

CREATE TABLE outbox_targets (
    name               TEXT COLLATE "C" PRIMARY KEY,
    disabled_at        BIGINT,
    disabled_by_answer TEXT,
    last_answer        TEXT,
    last_answer_at     BIGINT
);

CREATE TABLE outbox_subscriptions (
    kind   TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL REFERENCES outbox_targets (name),
    PRIMARY KEY (kind, target)
);

CREATE TABLE outbox (
    seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target       TEXT   COLLATE "C" NOT NULL REFERENCES outbox_targets (name),
    event_seq    BIGINT REFERENCES events (seq),
    kind         TEXT   COLLATE "C" NOT NULL,
    case_number  TEXT   COLLATE "C",
    at           BIGINT NOT NULL,
    state        TEXT   NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'skipped', 'failed')),
    attempts     BIGINT NOT NULL DEFAULT 0,
    next_at      BIGINT,
    leased_until BIGINT,
    lease        BYTEA,
    answer       TEXT,
    done_at      BIGINT,
    UNIQUE (target, event_seq, kind),
    CHECK ((event_seq IS NULL) = (case_number IS NULL))
);
CREATE INDEX outbox_due ON outbox (target, next_at, event_seq) WHERE state = 'pending' AND next_at IS NOT NULL;
CREATE INDEX outbox_case ON outbox (target, case_number, event_seq) WHERE state = 'pending';
CREATE INDEX outbox_state ON outbox (target, state, at);

-- Runs once for all rows of a statement, so that cases that are written together cost one look at the subscriptions.
CREATE FUNCTION announce_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM outbox_subscriptions) THEN
        INSERT INTO outbox (target, event_seq, kind, case_number, at, next_at)
        SELECT subscribed.target, new_events.seq, new_events.kind, new_events.case_number, new_events.at,
            CASE WHEN row_number() OVER (PARTITION BY subscribed.target, new_events.case_number ORDER BY new_events.seq) = 1
                AND NOT EXISTS (
                    SELECT 1 FROM outbox WHERE outbox.target = subscribed.target
                        AND outbox.case_number = new_events.case_number AND outbox.state = 'pending'
                ) THEN 0 END
        FROM new_events JOIN outbox_subscriptions AS subscribed ON subscribed.kind = new_events.kind
        WHERE new_events.case_number IS NOT NULL
        ORDER BY new_events.seq, subscribed.target;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER events_are_announced AFTER INSERT ON events REFERENCING NEW TABLE AS new_events
    FOR EACH STATEMENT EXECUTE FUNCTION announce_events();

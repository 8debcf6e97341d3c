-- The outbox: notices of events, written by a trigger in the transaction of their event, whoever writes it. A notice has the number and
-- the kind, and no answer.

-- The targets of notices: webhooks and mailboxes. `serve` writes those of its settings.
CREATE TABLE outbox_targets (
    name               TEXT PRIMARY KEY,
    disabled_at        INTEGER,                           -- the target wants no notices any more since then; its notices wait
    disabled_by_answer TEXT,
    last_answer        TEXT,                              -- a code such as 204, or a word of ours such as timeout
    last_answer_at     INTEGER
) STRICT;

-- The kinds of events that each target gets. The trigger looks for a kind.
CREATE TABLE outbox_subscriptions (
    kind   TEXT NOT NULL,
    target TEXT NOT NULL REFERENCES outbox_targets (name),
    PRIMARY KEY (kind, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    target       TEXT    NOT NULL REFERENCES outbox_targets (name),
    event_seq    INTEGER REFERENCES events (seq),         -- NULL: a notice of no event, such as a test
    kind         TEXT    NOT NULL,
    case_number  TEXT,
    at           INTEGER NOT NULL,                        -- the moment of the event, in milliseconds since the epoch, UTC
    state        TEXT    NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'skipped', 'failed')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER,                                 -- the next attempt; NULL: it is done, or waits for the one before it of its case
    leased_until INTEGER,                                 -- a host delivers it until then
    lease        BLOB,                                    -- random: only the lease's holder may end the notice
    answer       TEXT,                                    -- the last one
    done_at      INTEGER,
    UNIQUE (target, event_seq, kind),
    CHECK ((event_seq IS NULL) = (case_number IS NULL))
) STRICT;
-- The notices that are due.
CREATE INDEX outbox_due ON outbox (target, next_at, event_seq) WHERE state = 'pending' AND next_at IS NOT NULL;
-- The next notice of a case.
CREATE INDEX outbox_case ON outbox (target, case_number, event_seq) WHERE state = 'pending';
-- The counts of a target.
CREATE INDEX outbox_state ON outbox (target, state, at);

CREATE TRIGGER events_are_announced AFTER INSERT ON events
WHEN new.case_number IS NOT NULL AND EXISTS (SELECT 1 FROM outbox_subscriptions WHERE kind = new.kind)
BEGIN
    INSERT INTO outbox (target, event_seq, kind, case_number, at, next_at)
    SELECT target, new.seq, new.kind, new.case_number, new.at, CASE WHEN NOT EXISTS (
        SELECT 1 FROM outbox
        WHERE target = outbox_subscriptions.target AND case_number = new.case_number AND state = 'pending'
    ) THEN 0 END
    FROM outbox_subscriptions WHERE kind = new.kind;
END;

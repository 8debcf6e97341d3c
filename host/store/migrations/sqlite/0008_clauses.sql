-- Referral, grants, and remote work: the clauses 1②⑤, 3 and 4③④⑥ of the consent document, for every writer of this database.

ALTER TABLE projections ADD COLUMN referral TEXT;         -- applied, recorded, intent, released, packaged, collected, withdrawn
ALTER TABLE projections ADD COLUMN remote TEXT;           -- ordered, notified, acknowledged, ended
ALTER TABLE projections ADD COLUMN recorded_by TEXT;      -- the actor whose record of an intent waits for a confirmation
ALTER TABLE projections ADD COLUMN reported INTEGER NOT NULL DEFAULT 0;  -- 1: a forensics report was received

-- The referrals of the cases that are there: the applicants who wished the introduction have applied, as a new case's do. An intent in
-- the draft of an earlier version is no event, so that it has to be given anew.
UPDATE projections SET referral = CASE WHEN EXISTS (
    SELECT 1 FROM events JOIN cases ON cases.number = events.case_number
    WHERE cases.seq = projections.case_seq AND events.kind = 'case.withdrawn'
) THEN 'withdrawn' ELSE 'applied' END
WHERE case_seq IN (SELECT seq FROM cases WHERE ' ' || services || ' ' LIKE '% forensics %');

-- The organizations that may receive something: each is registered before.
CREATE TABLE organizations (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('forensics', 'subcontractor')),
    recipient  TEXT    NOT NULL,                          -- its age recipient
    disabled   INTEGER NOT NULL,
    created_at INTEGER NOT NULL                           -- milliseconds since the epoch, UTC
) STRICT;

-- What was packed for an organization: one age file, whose bytes lie in the storage of the evidence files.
CREATE TABLE packages (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              BLOB    NOT NULL UNIQUE,              -- random, in addresses
    case_seq        INTEGER NOT NULL REFERENCES cases (seq),
    organization    TEXT    NOT NULL REFERENCES organizations (id),
    purpose         TEXT    NOT NULL CHECK (purpose IN ('referral', 'subcontract')),
    manifest_sha256 BLOB    NOT NULL,
    sealed_sha256   BLOB    NOT NULL,                     -- of the age file
    length          INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    destroyed_at    INTEGER
) STRICT;
CREATE INDEX packages_case ON packages (case_seq);
CREATE TABLE package_parts (
    package_seq INTEGER NOT NULL REFERENCES packages (seq),
    start       INTEGER NOT NULL,
    length      INTEGER NOT NULL,
    object      TEXT    NOT NULL UNIQUE,
    PRIMARY KEY (package_seq, start)
) STRICT;

-- The links over which packages are collected, by the SHA-256 of their tokens.
CREATE TABLE collect_links (
    token_hash  BLOB    PRIMARY KEY,
    package_seq INTEGER NOT NULL REFERENCES packages (seq),
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX collect_links_package ON collect_links (package_seq);

-- A hand-over names the intent that allows it, and an intent allows one. A trigger compares the kind of that event: a foreign key
-- with the kind would need another index of all events.
CREATE TABLE handovers (
    intent_seq   INTEGER PRIMARY KEY REFERENCES events (seq),
    case_number  TEXT    NOT NULL REFERENCES cases (number),
    package_seq  INTEGER NOT NULL UNIQUE REFERENCES packages (seq),
    created_at   INTEGER NOT NULL,
    collected_at INTEGER,
    destroyed_at INTEGER,
    CHECK (collected_at IS NULL OR destroyed_at IS NULL)
) STRICT;
CREATE INDEX handovers_case ON handovers (case_number);

CREATE TRIGGER handovers_need_a_valid_intent BEFORE INSERT ON handovers BEGIN
    SELECT RAISE(ABORT, 'a hand-over needs an intent that was not withdrawn') WHERE NOT EXISTS (
        SELECT 1 FROM events WHERE seq = new.intent_seq AND case_number = new.case_number AND kind = 'intent.given'
    ) OR EXISTS (
        SELECT 1 FROM events WHERE case_number = new.case_number AND seq > new.intent_seq
            AND kind IN ('intent.withdrawn', 'case.withdrawn', 'case.erased')
    );
    SELECT RAISE(ABORT, 'an intent allows one hand-over')
    WHERE EXISTS (SELECT 1 FROM handovers WHERE intent_seq = new.intent_seq OR package_seq = new.package_seq);
    SELECT RAISE(ABORT, 'a hand-over needs a package of the case for its referral') WHERE NOT EXISTS (
        SELECT 1 FROM packages JOIN cases ON cases.seq = packages.case_seq
        WHERE packages.seq = new.package_seq AND cases.number = new.case_number AND purpose = 'referral'
    );
END;
CREATE TRIGGER handovers_are_not_rewritten BEFORE UPDATE ON handovers
WHEN (new.intent_seq, new.case_number, new.package_seq, new.created_at)
    IS NOT (old.intent_seq, old.case_number, old.package_seq, old.created_at)
    OR old.destroyed_at IS NOT NULL OR (old.collected_at IS NOT NULL AND new.collected_at IS NOT old.collected_at)
    OR (new.collected_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM events WHERE case_number = new.case_number AND seq > new.intent_seq
            AND kind IN ('intent.withdrawn', 'case.withdrawn', 'case.erased')
    ))
BEGIN SELECT RAISE(ABORT, 'hand-overs are never rewritten, or collected after a withdrawal'); END;
CREATE TRIGGER handovers_are_not_deleted BEFORE DELETE ON handovers
BEGIN SELECT RAISE(ABORT, 'hand-overs are never deleted'); END;

CREATE TRIGGER events_follow_the_clauses BEFORE INSERT ON events
WHEN new.kind IN ('intent.given', 'handover.released', 'handover.created', 'handover.collected',
    'forensics_report.received', 'forensics_report.used', 'remote.acknowledged', 'remote.action')
BEGIN
    SELECT RAISE(ABORT, 'an intent by telephone is recorded by one person and confirmed by another one')
    WHERE new.kind = 'intent.given' AND new.actor <> 'applicant' AND NOT EXISTS (
        SELECT 1 FROM events WHERE case_number = new.case_number AND kind = 'intent.recorded' AND actor <> new.actor
            AND seq = (SELECT max(seq) FROM events WHERE case_number = new.case_number
                AND kind IN ('intent.recorded', 'intent.given', 'intent.withdrawn', 'case.withdrawn', 'case.erased'))
    );
    SELECT RAISE(ABORT, 'a hand-over needs an intent that was not withdrawn')
    WHERE new.kind IN ('handover.released', 'handover.created') AND 'intent.given' IS NOT (
        SELECT kind FROM events WHERE case_number = new.case_number
            AND kind IN ('intent.given', 'intent.withdrawn', 'case.withdrawn', 'case.erased') ORDER BY seq DESC LIMIT 1
    );
    SELECT RAISE(ABORT, 'a hand-over needs a release, and is made once for it')
    WHERE new.kind = 'handover.created' AND 'handover.released' IS NOT (
        SELECT kind FROM events WHERE case_number = new.case_number
            AND kind IN ('intent.given', 'handover.released', 'handover.created') ORDER BY seq DESC LIMIT 1
    );
    SELECT RAISE(ABORT, 'no package was handed over, or its intent was withdrawn')
    WHERE new.kind = 'handover.collected' AND NOT EXISTS (
        SELECT 1 FROM handovers WHERE case_number = new.case_number AND destroyed_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM events WHERE case_number = new.case_number AND seq > intent_seq
                AND kind IN ('intent.withdrawn', 'case.withdrawn', 'case.erased')
        )
    );
    SELECT RAISE(ABORT, 'a forensics report needs the application for the service')
    WHERE new.kind = 'forensics_report.received' AND NOT EXISTS (
        SELECT 1 FROM events WHERE case_number = new.case_number
            AND kind IN ('referral.applied', 'intent.recorded', 'intent.given')
    ) AND NOT EXISTS (
        SELECT 1 FROM cases WHERE number = new.case_number AND ' ' || services || ' ' LIKE '% forensics %'
    );
    SELECT RAISE(ABORT, 'a use of a forensics report needs the report')
    WHERE new.kind = 'forensics_report.used' AND NOT EXISTS (
        SELECT 1 FROM events WHERE case_number = new.case_number AND kind = 'forensics_report.received'
    );
    SELECT RAISE(ABORT, 'an acknowledgement needs the notice of the risks')
    WHERE new.kind = 'remote.acknowledged' AND 'remote.notice' IS NOT (
        SELECT kind FROM events WHERE case_number = new.case_number
            AND kind IN ('remote.ordered', 'remote.notice', 'remote.ended') ORDER BY seq DESC LIMIT 1
    );
    SELECT RAISE(ABORT, 'remote and guided work needs the acknowledged notice of the risks')
    WHERE new.kind = 'remote.action' AND 'remote.acknowledged' IS NOT (
        SELECT kind FROM events WHERE case_number = new.case_number
            AND kind IN ('remote.ordered', 'remote.notice', 'remote.acknowledged', 'remote.ended') ORDER BY seq DESC LIMIT 1
    );
END;

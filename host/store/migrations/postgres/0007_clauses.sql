-- Referral, grants, and remote work: the clauses 1②⑤, 3 and 4③④⑥ of the consent document, for every writer of this database.
-- The columns are those of SQLite, where each is explained.

ALTER TABLE projections ADD COLUMN referral TEXT;
ALTER TABLE projections ADD COLUMN remote TEXT;
ALTER TABLE projections ADD COLUMN recorded_by TEXT;
ALTER TABLE projections ADD COLUMN reported BOOLEAN NOT NULL DEFAULT FALSE;

-- The referrals of the cases that are there: the applicants who wished the introduction have applied, as a new case's do. An intent in
-- the draft of an earlier version is no event, so that it has to be given anew.
UPDATE projections SET referral = CASE WHEN EXISTS (
    SELECT 1 FROM events JOIN cases ON cases.number = events.case_number
    WHERE cases.seq = projections.case_seq AND events.kind = 'case.withdrawn'
) THEN 'withdrawn' ELSE 'applied' END
WHERE case_seq IN (SELECT seq FROM cases WHERE ' ' || services || ' ' LIKE '% forensics %');

CREATE TABLE organizations (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('forensics', 'subcontractor')),
    recipient  TEXT    NOT NULL,
    disabled   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL
);

CREATE TABLE packages (
    seq             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              BYTEA  NOT NULL UNIQUE,
    case_seq        BIGINT NOT NULL REFERENCES cases (seq),
    organization    TEXT   COLLATE "C" NOT NULL REFERENCES organizations (id),
    purpose         TEXT   NOT NULL CHECK (purpose IN ('referral', 'subcontract')),
    manifest_sha256 BYTEA  NOT NULL,
    sealed_sha256   BYTEA  NOT NULL,
    length          BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    destroyed_at    BIGINT
);
CREATE INDEX packages_case ON packages (case_seq);
CREATE TABLE package_parts (
    package_seq BIGINT NOT NULL REFERENCES packages (seq),
    start       BIGINT NOT NULL,
    length      BIGINT NOT NULL,
    object      TEXT   COLLATE "C" NOT NULL UNIQUE,
    PRIMARY KEY (package_seq, start)
);

CREATE TABLE collect_links (
    token_hash  BYTEA  PRIMARY KEY,
    package_seq BIGINT NOT NULL REFERENCES packages (seq),
    expires_at  BIGINT NOT NULL
);
CREATE INDEX collect_links_package ON collect_links (package_seq);

CREATE TABLE handovers (
    intent_seq   BIGINT PRIMARY KEY REFERENCES events (seq),
    case_number  TEXT   COLLATE "C" NOT NULL REFERENCES cases (number),
    package_seq  BIGINT NOT NULL UNIQUE REFERENCES packages (seq),
    created_at   BIGINT NOT NULL,
    collected_at BIGINT,
    destroyed_at BIGINT,
    CHECK (collected_at IS NULL OR destroyed_at IS NULL)
);
CREATE INDEX handovers_case ON handovers (case_number);

CREATE FUNCTION is_withdrawn_after(intent BIGINT, number TEXT) RETURNS BOOLEAN LANGUAGE sql AS $$
    SELECT EXISTS (SELECT 1 FROM events WHERE case_number = number AND seq > intent
        AND kind IN ('intent.withdrawn', 'case.withdrawn', 'case.erased'))
$$;

-- The kind of the last event of a case among some kinds.
CREATE FUNCTION last_kind_among(number TEXT, VARIADIC kinds TEXT[]) RETURNS TEXT LANGUAGE sql AS $$
    SELECT kind FROM events WHERE case_number = number AND kind = ANY (kinds) ORDER BY seq DESC LIMIT 1
$$;

CREATE FUNCTION check_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM events
                WHERE seq = NEW.intent_seq AND case_number = NEW.case_number AND kind = 'intent.given')
            OR is_withdrawn_after(NEW.intent_seq, NEW.case_number) THEN
            RAISE EXCEPTION 'a hand-over needs an intent that was not withdrawn';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM packages JOIN cases ON cases.seq = packages.case_seq
                WHERE packages.seq = NEW.package_seq AND cases.number = NEW.case_number AND purpose = 'referral') THEN
            RAISE EXCEPTION 'a hand-over needs a package of the case for its referral';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.intent_seq, NEW.case_number, NEW.package_seq, NEW.created_at)
                IS NOT DISTINCT FROM (OLD.intent_seq, OLD.case_number, OLD.package_seq, OLD.created_at)
            AND OLD.destroyed_at IS NULL
            AND (OLD.collected_at IS NULL OR NEW.collected_at IS NOT DISTINCT FROM OLD.collected_at)
            AND NOT (NEW.collected_at IS NOT NULL AND is_withdrawn_after(NEW.intent_seq, NEW.case_number)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'hand-overs are never rewritten, deleted, or collected after a withdrawal';
END $$;
CREATE TRIGGER handovers_follow_the_clauses BEFORE INSERT OR UPDATE OR DELETE ON handovers
    FOR EACH ROW EXECUTE FUNCTION check_handover();
CREATE TRIGGER handovers_are_not_truncated BEFORE TRUNCATE ON handovers
    FOR EACH STATEMENT EXECUTE FUNCTION check_handover();

CREATE FUNCTION check_clauses_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number CONSTANT TEXT := NEW.case_number;
BEGIN
    CASE NEW.kind
    WHEN 'intent.given' THEN
        IF NEW.actor <> 'applicant' AND NOT EXISTS (
            SELECT 1 FROM events WHERE case_number = number AND kind = 'intent.recorded' AND actor <> NEW.actor
                AND seq = (SELECT max(seq) FROM events WHERE case_number = number
                    AND kind IN ('intent.recorded', 'intent.given', 'intent.withdrawn', 'case.withdrawn', 'case.erased'))
        ) THEN
            RAISE EXCEPTION 'an intent by telephone is recorded by one person and confirmed by another one';
        END IF;
    WHEN 'handover.released', 'handover.created' THEN
        IF last_kind_among(number, 'intent.given', 'intent.withdrawn', 'case.withdrawn', 'case.erased')
            IS DISTINCT FROM 'intent.given' THEN
            RAISE EXCEPTION 'a hand-over needs an intent that was not withdrawn';
        END IF;
        IF NEW.kind = 'handover.created'
            AND last_kind_among(number, 'intent.given', 'handover.released', 'handover.created')
                IS DISTINCT FROM 'handover.released' THEN
            RAISE EXCEPTION 'a hand-over needs a release, and is made once for it';
        END IF;
    WHEN 'handover.collected' THEN
        IF NOT EXISTS (SELECT 1 FROM handovers WHERE case_number = number AND destroyed_at IS NULL
            AND NOT is_withdrawn_after(intent_seq, number)) THEN
            RAISE EXCEPTION 'no package was handed over, or its intent was withdrawn';
        END IF;
    WHEN 'forensics_report.received' THEN
        IF last_kind_among(number, 'referral.applied', 'intent.recorded', 'intent.given') IS NULL
            AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.number = NEW.case_number
                AND ' ' || services || ' ' LIKE '% forensics %') THEN
            RAISE EXCEPTION 'a forensics report needs the application for the service';
        END IF;
    WHEN 'forensics_report.used' THEN
        IF last_kind_among(number, 'forensics_report.received') IS NULL THEN
            RAISE EXCEPTION 'a use of a forensics report needs the report';
        END IF;
    WHEN 'remote.acknowledged' THEN
        IF last_kind_among(number, 'remote.ordered', 'remote.notice', 'remote.ended') IS DISTINCT FROM 'remote.notice' THEN
            RAISE EXCEPTION 'an acknowledgement needs the notice of the risks';
        END IF;
    WHEN 'remote.action' THEN
        IF last_kind_among(number, 'remote.ordered', 'remote.notice', 'remote.acknowledged', 'remote.ended')
            IS DISTINCT FROM 'remote.acknowledged' THEN
            RAISE EXCEPTION 'remote and guided work needs the acknowledged notice of the risks';
        END IF;
    ELSE
        NULL;
    END CASE;
    RETURN NEW;
END $$;
CREATE TRIGGER events_follow_the_clauses BEFORE INSERT ON events
    FOR EACH ROW WHEN (NEW.kind IN ('intent.given', 'handover.released', 'handover.created', 'handover.collected',
        'forensics_report.received', 'forensics_report.used', 'remote.acknowledged', 'remote.action'))
    EXECUTE FUNCTION check_clauses_of_event();

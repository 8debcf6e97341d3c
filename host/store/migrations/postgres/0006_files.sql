-- Evidence files. The columns are those of SQLite, where each is explained.
CREATE TABLE files (
    seq             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              BYTEA  NOT NULL UNIQUE,
    case_seq        BIGINT NOT NULL REFERENCES cases (seq),
    what            TEXT   NOT NULL,
    log             BIGINT,
    length          BIGINT NOT NULL,
    declared_sha256 BYTEA,
    sha256          BYTEA,
    state           TEXT   NOT NULL,
    declared_n      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX files_case ON files (case_seq);
CREATE INDEX files_expires_at ON files (expires_at) WHERE state = 'receiving';

CREATE TABLE file_parts (
    file_seq      BIGINT NOT NULL REFERENCES files (seq),
    start         BIGINT NOT NULL,
    length        BIGINT NOT NULL,
    sealed_length BIGINT NOT NULL,
    sealed_sha256 BYTEA  NOT NULL,
    object        TEXT   COLLATE "C" NOT NULL UNIQUE,
    hash_state    BYTEA  NOT NULL,
    PRIMARY KEY (file_seq, start)
);

CREATE TABLE discarded_objects (
    object TEXT COLLATE "C" PRIMARY KEY
);

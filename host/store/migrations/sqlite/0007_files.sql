-- Evidence files: one row for each, from its declaration on. Its name and media type are in the sealed event alone.
CREATE TABLE files (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,    -- never shown
    id              BLOB    NOT NULL UNIQUE,              -- 16 random bytes, as in its address
    case_seq        INTEGER NOT NULL REFERENCES cases (seq),
    what            TEXT    NOT NULL,                     -- log, diagram, screenshot or other
    log             INTEGER,                              -- the entry of the draft's logs that it belongs to
    length          INTEGER NOT NULL,                     -- bytes, as declared
    declared_sha256 BLOB,                                 -- NULL: none was declared, or erased
    sha256          BLOB,                                 -- as computed; NULL until all has come, and after an erasure
    state           TEXT    NOT NULL,                     -- receiving, arrived, mismatch, expired or destroyed
    declared_n      INTEGER NOT NULL,                     -- the event of its declaration in its case
    created_at      INTEGER NOT NULL,                     -- milliseconds since the epoch, UTC
    changed_at      INTEGER NOT NULL,                     -- its last part, or its last state
    expires_at      INTEGER NOT NULL                      -- an unfinished file is given up then
) STRICT;
CREATE INDEX files_case ON files (case_seq);
CREATE INDEX files_expires_at ON files (expires_at) WHERE state = 'receiving';

-- What has come of a file: each part is one age file in the storage, sealed to the case. Of two writers at one place the
-- primary key takes one.
CREATE TABLE file_parts (
    file_seq      INTEGER NOT NULL REFERENCES files (seq),
    start         INTEGER NOT NULL,                       -- the place of its first byte in the file
    length        INTEGER NOT NULL,
    sealed_length INTEGER NOT NULL,
    sealed_sha256 BLOB    NOT NULL,                       -- of the object, so that damage is found without a key
    object        TEXT    NOT NULL UNIQUE,                -- its name in the storage
    hash_state    BLOB    NOT NULL,                       -- SHA-256 of the file up to the part's end, wrapped with hash.key
    PRIMARY KEY (file_seq, start)
) STRICT;

-- Objects without a row: the storage deletes them, and then their names go.
CREATE TABLE discarded_objects (
    object TEXT PRIMARY KEY
) STRICT;

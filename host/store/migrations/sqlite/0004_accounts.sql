-- Accounts of the desk. No column holds a secret in clear. A name is given once: accounts are disabled, never deleted.
CREATE TABLE accounts (
    name         TEXT    PRIMARY KEY,
    display_name TEXT    NOT NULL,
    role         TEXT    NOT NULL,                        -- operator, lead, auditor or admin
    disabled     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,                        -- milliseconds since the epoch, UTC
    password     TEXT,                                    -- argon2id, as a PHC string; NULL before the set-up
    totp         BLOB,                                    -- the second factor's secret, wrapped with a key from hash.key
    totp_step    INTEGER NOT NULL DEFAULT 0               -- the last step of the second factor that was used
) STRICT;

-- The unused recovery codes, as keyed hashes.
CREATE TABLE recovery_codes (
    account TEXT NOT NULL REFERENCES accounts (name),
    hash    BLOB NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- Sessions that have not ended, by the SHA-256 of their tokens.
CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      TEXT    NOT NULL REFERENCES accounts (name),
    token        BLOB    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_account ON sessions (account);

-- The one-time link of an account that sets its password and second factor, by the SHA-256 of its token.
CREATE TABLE set_up_links (
    account    TEXT    PRIMARY KEY REFERENCES accounts (name),
    token      BLOB    NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;

-- Tokens of the interface for programs, by their SHA-256.
CREATE TABLE api_tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      TEXT    NOT NULL REFERENCES accounts (name),
    token        BLOB    NOT NULL UNIQUE,
    scope        TEXT    NOT NULL,                        -- queue or cases
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;

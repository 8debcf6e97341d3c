-- Accounts of the desk. The columns are those of SQLite, where each is explained.
CREATE TABLE accounts (
    name         TEXT COLLATE "C" PRIMARY KEY,
    display_name TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    disabled     BOOLEAN NOT NULL,
    created_at   BIGINT  NOT NULL,
    password     TEXT,
    totp         BYTEA,
    totp_step    BIGINT  NOT NULL DEFAULT 0
);

-- The unused recovery codes, as keyed hashes.
CREATE TABLE recovery_codes (
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (name),
    hash    BYTEA NOT NULL,
    PRIMARY KEY (account, hash)
);

-- Sessions that have not ended, by the SHA-256 of their tokens.
CREATE TABLE sessions (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account      TEXT COLLATE "C" NOT NULL REFERENCES accounts (name),
    token        BYTEA  NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);

-- The one-time link of an account that sets its password and second factor, by the SHA-256 of its token.
CREATE TABLE set_up_links (
    account    TEXT COLLATE "C" PRIMARY KEY REFERENCES accounts (name),
    token      BYTEA  NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);

-- Tokens of the interface for programs, by their SHA-256.
CREATE TABLE api_tokens (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account      TEXT COLLATE "C" NOT NULL REFERENCES accounts (name),
    token        BYTEA  NOT NULL UNIQUE,
    scope        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);

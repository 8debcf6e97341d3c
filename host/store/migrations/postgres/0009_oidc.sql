-- Single sign-on with OpenID Connect. The columns are those of SQLite, where each is explained.
ALTER TABLE accounts ADD COLUMN issuer TEXT COLLATE "C";
ALTER TABLE accounts ADD COLUMN subject TEXT COLLATE "C";
CREATE UNIQUE INDEX accounts_subject ON accounts (issuer, subject);

-- The session at the provider that a session began with: SHA-256 of its ID.
ALTER TABLE sessions ADD COLUMN provider_session BYTEA;

-- Attempts to sign in that are under way. Any host may finish one, once.
CREATE TABLE oidc_attempts (
    state      BYTEA  PRIMARY KEY,
    browser    BYTEA  NOT NULL,
    address    TEXT   NOT NULL,
    next       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX oidc_attempts_created ON oidc_attempts (created_at);

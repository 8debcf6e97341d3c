-- Single sign-on with OpenID Connect. An account of a provider has an issuer and a subject, and neither password nor second factor.
ALTER TABLE accounts ADD COLUMN issuer TEXT;
ALTER TABLE accounts ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX accounts_subject ON accounts (issuer, subject);

-- The session at the provider that a session began with: SHA-256 of its ID.
ALTER TABLE sessions ADD COLUMN provider_session BLOB;

-- Attempts to sign in that are under way. Any host may finish one, once.
CREATE TABLE oidc_attempts (
    state      BLOB    PRIMARY KEY,                       -- SHA-256 of the state
    browser    BLOB    NOT NULL,                          -- SHA-256 of the browser's cookie; nonce and verifier come from the cookie
    address    TEXT    NOT NULL,                          -- the address, or network, that began it
    next       TEXT    NOT NULL,                          -- the page of the desk to go on with
    created_at INTEGER NOT NULL                           -- milliseconds since the epoch, UTC
) STRICT;
CREATE INDEX oidc_attempts_created ON oidc_attempts (created_at);

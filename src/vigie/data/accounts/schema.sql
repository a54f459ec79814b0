-- The file of accounts (SQLite). Passwords, sessions, tokens and devices are kept as hashes only.
-- Times are seconds since 1970, UTC.

CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);          -- the secret of this file

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,                 -- random: what is written beside decisions, never the name
  name TEXT NOT NULL,                  -- the login as it was given
  folded TEXT NOT NULL UNIQUE,         -- the same without capitals: two that look alike are one
  role TEXT NOT NULL,
  hash TEXT,                           -- argon2id; NULL for who signs in through a provider only
  disabled INTEGER NOT NULL DEFAULT 0,
  issuer TEXT, subject TEXT,           -- of a provider, once it was seen
  by_rule INTEGER NOT NULL DEFAULT 0,  -- made by a rule of claims: the role follows the claims
  created_at REAL NOT NULL,
  changed_at REAL,                     -- of the password
  UNIQUE (issuer, subject)
);

CREATE TABLE sessions (
  hash BLOB PRIMARY KEY,               -- SHA-256 of what the cookie holds
  handle TEXT NOT NULL UNIQUE,         -- what pages call it: opens nothing
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  csrf BLOB NOT NULL,
  created_at REAL NOT NULL,
  seen_at REAL NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);

CREATE TABLE devices (
  hash BLOB PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  seen_at REAL NOT NULL
);
CREATE INDEX devices_account ON devices (account);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,                 -- what pages call it
  hash BLOB NOT NULL UNIQUE,           -- SHA-256 of 256 random bits: a slow hash would protect nothing more
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at REAL NOT NULL,
  expires_at REAL NOT NULL,
  used_at REAL,                        -- the day of its last use
  revoked_at REAL
);
CREATE INDEX tokens_account ON tokens (account);

CREATE TABLE failures (
  key BLOB PRIMARY KEY,                -- keyed hash of the name as typed: it may be a password in the wrong field
  count INTEGER NOT NULL,
  at REAL NOT NULL
);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL                   -- over the hash of the line before and this line
);
CREATE TABLE audit_start (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL);
INSERT INTO audit_start VALUES (1, 0, '');
-- Against mistakes: who can write the file can remove these as well, which is what the chain of hashes is for.
CREATE TRIGGER audit_no_change BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER audit_no_removal BEFORE DELETE ON audit
  WHEN OLD.seq > (SELECT seq FROM audit_start) BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

PRAGMA user_version = 1;

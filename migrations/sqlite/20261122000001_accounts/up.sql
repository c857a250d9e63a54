CREATE TABLE accounts (
  id BLOB PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('seller','buyer','operator')),
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending','approved','rejected','suspended')),
  commission_bps INTEGER CHECK (commission_bps BETWEEN 0 AND 10000),
  created_at INTEGER NOT NULL,
  decided_at INTEGER,
  decision_note TEXT
) STRICT;
CREATE INDEX accounts_state ON accounts (kind, state, created_at);
CREATE TABLE users (
  id BLOB PRIMARY KEY NOT NULL,
  account_id BLOB NOT NULL REFERENCES accounts (id),
  email TEXT NOT NULL CONSTRAINT users_email UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner','member','viewer','admin','auditor','finance')),
  password_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active','disabled')),
  created_at INTEGER NOT NULL,
  last_signin_at INTEGER
) STRICT;
CREATE INDEX users_account ON users (account_id);
CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY NOT NULL,
  user_id BLOB NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TABLE api_keys (
  id BLOB PRIMARY KEY NOT NULL,
  account_id BLOB NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  hash BLOB NOT NULL CONSTRAINT api_keys_hash UNIQUE,
  scopes TEXT NOT NULL,
  created_by BLOB NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX api_keys_account ON api_keys (account_id);
CREATE TABLE idempotency_keys (
  account_id BLOB NOT NULL REFERENCES accounts (id),
  endpoint TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash BLOB NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, endpoint, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

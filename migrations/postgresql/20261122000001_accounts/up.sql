CREATE TABLE accounts (
  id UUID PRIMARY KEY NOT NULL,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('seller','buyer','operator')),
  name TEXT COLLATE "C" NOT NULL,
  country TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending','approved','rejected','suspended')),
  commission_bps INTEGER CHECK (commission_bps BETWEEN 0 AND 10000),
  created_at BIGINT NOT NULL,
  decided_at BIGINT,
  decision_note TEXT COLLATE "C"
);
CREATE INDEX accounts_state ON accounts (kind, state, created_at);
CREATE TABLE users (
  id UUID PRIMARY KEY NOT NULL,
  account_id UUID NOT NULL REFERENCES accounts (id),
  email TEXT COLLATE "C" NOT NULL CONSTRAINT users_email UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  role TEXT COLLATE "C" NOT NULL CHECK (role IN ('owner','member','viewer','admin','auditor','finance')),
  password_hash TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('active','disabled')),
  created_at BIGINT NOT NULL,
  last_signin_at BIGINT
);
CREATE INDEX users_account ON users (account_id);
CREATE TABLE sessions (
  token_hash BYTEA PRIMARY KEY NOT NULL,
  user_id UUID NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TABLE api_keys (
  id UUID PRIMARY KEY NOT NULL,
  account_id UUID NOT NULL REFERENCES accounts (id),
  name TEXT COLLATE "C" NOT NULL,
  hint TEXT COLLATE "C" NOT NULL,
  hash BYTEA NOT NULL CONSTRAINT api_keys_hash UNIQUE,
  scopes TEXT COLLATE "C" NOT NULL,
  created_by UUID NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX api_keys_account ON api_keys (account_id);
CREATE TABLE idempotency_keys (
  account_id UUID NOT NULL REFERENCES accounts (id),
  endpoint TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  body_hash BYTEA NOT NULL,
  status INTEGER NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, endpoint, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

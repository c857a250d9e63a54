CREATE TABLE events (
  id UUID PRIMARY KEY NOT NULL,
  account_id UUID NOT NULL REFERENCES accounts (id),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX events_account ON events (account_id, at, id);
CREATE INDEX events_at ON events (at);
CREATE TABLE webhook_endpoints (
  id UUID PRIMARY KEY NOT NULL,
  account_id UUID NOT NULL REFERENCES accounts (id),
  url TEXT NOT NULL,
  kinds TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active','disabled')),
  disabled_why TEXT,
  secret_key_id TEXT NOT NULL,
  secret_wrapped BYTEA NOT NULL,
  secret_sealed BYTEA NOT NULL,
  old_secret_key_id TEXT,
  old_secret_wrapped BYTEA,
  old_secret_sealed BYTEA,
  old_secret_until BIGINT,
  created_at BIGINT NOT NULL,
  CONSTRAINT webhook_endpoints_old CHECK ((old_secret_until IS NULL) = (old_secret_sealed IS NULL)),
  CONSTRAINT webhook_endpoints_why CHECK ((state = 'disabled') = (disabled_why IS NOT NULL))
);
CREATE INDEX webhook_endpoints_account ON webhook_endpoints (account_id, created_at);
CREATE TABLE webhook_deliveries (
  id UUID PRIMARY KEY NOT NULL,
  endpoint_id UUID NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('queued','delivered','dead')),
  attempts INTEGER NOT NULL,
  next_at BIGINT NOT NULL,
  last_status INTEGER,
  last_error TEXT,
  queued_at BIGINT NOT NULL,
  ended_at BIGINT,
  CONSTRAINT webhook_deliveries_ended CHECK ((state = 'queued') = (ended_at IS NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'queued';
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, queued_at, id);
CREATE INDEX webhook_deliveries_event ON webhook_deliveries (event_id);

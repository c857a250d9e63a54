CREATE TABLE lead_confirmations (
  lead_id UUID PRIMARY KEY NOT NULL REFERENCES leads (id),
  channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email','sms')),
  code_hash BYTEA,
  tries INTEGER NOT NULL CHECK (tries BETWEEN 0 AND 5),
  sends INTEGER NOT NULL CHECK (sends BETWEEN 0 AND 3),
  asked_at BIGINT NOT NULL,
  sent_at BIGINT,
  expires_at BIGINT NOT NULL,
  confirmed_at BIGINT
);
CREATE INDEX lead_confirmations_open ON lead_confirmations (expires_at) WHERE confirmed_at IS NULL;

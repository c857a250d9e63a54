CREATE TABLE lead_confirmations (
  lead_id BLOB PRIMARY KEY NOT NULL REFERENCES leads (id),
  channel TEXT NOT NULL CHECK (channel IN ('email','sms')),
  code_hash BLOB,
  tries INTEGER NOT NULL CHECK (tries BETWEEN 0 AND 5),
  sends INTEGER NOT NULL CHECK (sends BETWEEN 0 AND 3),
  asked_at INTEGER NOT NULL,
  sent_at INTEGER,
  expires_at INTEGER NOT NULL,
  confirmed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_confirmations_open ON lead_confirmations (expires_at) WHERE confirmed_at IS NULL;

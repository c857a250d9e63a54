CREATE TABLE consent_texts (
  hash BLOB PRIMARY KEY NOT NULL,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE lead_consents ADD COLUMN text_hash BLOB REFERENCES consent_texts (hash);
CREATE INDEX lead_consents_text ON lead_consents (text_hash) WHERE text_hash IS NOT NULL;
CREATE TABLE refused_hashes (
  refused_id BLOB NOT NULL REFERENCES refused_leads (id) ON DELETE CASCADE,
  hash BLOB NOT NULL,
  PRIMARY KEY (refused_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX refused_hashes_hash ON refused_hashes (hash);
CREATE TABLE erasures (
  subject TEXT PRIMARY KEY NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('person','retention')),
  erased_at INTEGER NOT NULL,
  scrubbed_at INTEGER
) STRICT;
CREATE INDEX erasures_unscrubbed ON erasures (erased_at) WHERE scrubbed_at IS NULL;
CREATE TABLE revocations (
  lead_id BLOB PRIMARY KEY NOT NULL REFERENCES leads (id),
  via TEXT NOT NULL CHECK (via IN ('link','page')),
  revoked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE revocation_tasks (
  purchase_id BLOB PRIMARY KEY NOT NULL REFERENCES purchases (id),
  lead_id BLOB NOT NULL REFERENCES revocations (lead_id),
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  told_at INTEGER NOT NULL,
  confirm_by INTEGER NOT NULL,
  confirmed_at INTEGER,
  confirmed_by TEXT,
  CONSTRAINT revocation_tasks_confirmed CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX revocation_tasks_open ON revocation_tasks (confirm_by) WHERE confirmed_at IS NULL;
CREATE INDEX revocation_tasks_buyer ON revocation_tasks (buyer_id, told_at);
CREATE TABLE subject_requests (
  id BLOB PRIMARY KEY NOT NULL,
  asked_by TEXT NOT NULL CHECK (asked_by IN ('email','phone')),
  hash BLOB NOT NULL,
  code_hash BLOB,
  tries INTEGER NOT NULL CHECK (tries BETWEEN 0 AND 5),
  token_hash BLOB CONSTRAINT subject_requests_token UNIQUE,
  asked_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  CONSTRAINT subject_requests_confirmed CHECK ((confirmed_at IS NULL) = (token_hash IS NULL))
) STRICT;
CREATE INDEX subject_requests_hash ON subject_requests (hash, asked_at);
CREATE INDEX subject_requests_expiry ON subject_requests (expires_at);
CREATE TABLE index_keys (
  id BLOB PRIMARY KEY NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('next','current','old')),
  cursor_id BLOB,
  created_at INTEGER NOT NULL,
  current_at INTEGER,
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX index_keys_current ON index_keys (state) WHERE state = 'current';
CREATE UNIQUE INDEX index_keys_next ON index_keys (state) WHERE state = 'next';
ALTER TABLE verticals ADD COLUMN keep_unsold_days INTEGER NOT NULL DEFAULT 90 CHECK (keep_unsold_days BETWEEN 1 AND 3650);
ALTER TABLE verticals ADD COLUMN keep_sold_days INTEGER NOT NULL DEFAULT 730 CHECK (keep_sold_days BETWEEN 1 AND 3650);
ALTER TABLE verticals ADD COLUMN keep_refused_days INTEGER NOT NULL DEFAULT 30 CHECK (keep_refused_days BETWEEN 1 AND 3650);
ALTER TABLE verticals ADD COLUMN consent_recipients TEXT NOT NULL DEFAULT 'any' CHECK (consent_recipients IN ('named','listed','any'));
CREATE TABLE call_rules (
  country TEXT PRIMARY KEY NOT NULL,
  max_consent_age_days INTEGER CHECK (max_consent_age_days BETWEEN 1 AND 3650),
  needs_register INTEGER NOT NULL CHECK (needs_register IN (0, 1)),
  note TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_claims_lead ON contact_claims (lead_id);
ALTER TABLE leads ADD COLUMN recipients TEXT NOT NULL DEFAULT '[]';

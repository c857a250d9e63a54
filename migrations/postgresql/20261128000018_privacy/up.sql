CREATE TABLE consent_texts (
  hash BYTEA PRIMARY KEY NOT NULL,
  text TEXT COLLATE "C" NOT NULL
);
ALTER TABLE lead_consents ADD COLUMN text_hash BYTEA REFERENCES consent_texts (hash);
CREATE INDEX lead_consents_text ON lead_consents (text_hash) WHERE text_hash IS NOT NULL;
CREATE TABLE refused_hashes (
  refused_id UUID NOT NULL REFERENCES refused_leads (id) ON DELETE CASCADE,
  hash BYTEA NOT NULL,
  PRIMARY KEY (refused_id, hash)
);
CREATE INDEX refused_hashes_hash ON refused_hashes (hash);
CREATE TABLE erasures (
  subject TEXT COLLATE "C" PRIMARY KEY NOT NULL,
  cause TEXT COLLATE "C" NOT NULL CHECK (cause IN ('person','retention')),
  erased_at BIGINT NOT NULL,
  scrubbed_at BIGINT
);
CREATE INDEX erasures_unscrubbed ON erasures (erased_at) WHERE scrubbed_at IS NULL;
CREATE TABLE revocations (
  lead_id UUID PRIMARY KEY NOT NULL REFERENCES leads (id),
  via TEXT COLLATE "C" NOT NULL CHECK (via IN ('link','page')),
  revoked_at BIGINT NOT NULL
);
CREATE TABLE revocation_tasks (
  purchase_id UUID PRIMARY KEY NOT NULL REFERENCES purchases (id),
  lead_id UUID NOT NULL REFERENCES revocations (lead_id),
  buyer_id UUID NOT NULL REFERENCES accounts (id),
  told_at BIGINT NOT NULL,
  confirm_by BIGINT NOT NULL,
  confirmed_at BIGINT,
  confirmed_by TEXT COLLATE "C",
  CONSTRAINT revocation_tasks_confirmed CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
);
CREATE INDEX revocation_tasks_open ON revocation_tasks (confirm_by) WHERE confirmed_at IS NULL;
CREATE INDEX revocation_tasks_buyer ON revocation_tasks (buyer_id, told_at);
CREATE TABLE subject_requests (
  id UUID PRIMARY KEY NOT NULL,
  asked_by TEXT COLLATE "C" NOT NULL CHECK (asked_by IN ('email','phone')),
  hash BYTEA NOT NULL,
  code_hash BYTEA,
  tries INTEGER NOT NULL CHECK (tries BETWEEN 0 AND 5),
  token_hash BYTEA CONSTRAINT subject_requests_token UNIQUE,
  asked_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  CONSTRAINT subject_requests_confirmed CHECK ((confirmed_at IS NULL) = (token_hash IS NULL))
);
CREATE INDEX subject_requests_hash ON subject_requests (hash, asked_at);
CREATE INDEX subject_requests_expiry ON subject_requests (expires_at);
CREATE TABLE index_keys (
  id UUID PRIMARY KEY NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('next','current','old')),
  cursor_id UUID,
  created_at BIGINT NOT NULL,
  current_at BIGINT,
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE UNIQUE INDEX index_keys_current ON index_keys (state) WHERE state = 'current';
CREATE UNIQUE INDEX index_keys_next ON index_keys (state) WHERE state = 'next';
ALTER TABLE verticals ADD COLUMN keep_unsold_days INTEGER NOT NULL DEFAULT 90 CHECK (keep_unsold_days BETWEEN 1 AND 3650);
ALTER TABLE verticals ADD COLUMN keep_sold_days INTEGER NOT NULL DEFAULT 730 CHECK (keep_sold_days BETWEEN 1 AND 3650);
ALTER TABLE verticals ADD COLUMN keep_refused_days INTEGER NOT NULL DEFAULT 30 CHECK (keep_refused_days BETWEEN 1 AND 3650);
ALTER TABLE verticals ADD COLUMN consent_recipients TEXT COLLATE "C" NOT NULL DEFAULT 'any' CHECK (consent_recipients IN ('named','listed','any'));
CREATE TABLE call_rules (
  country TEXT COLLATE "C" PRIMARY KEY NOT NULL,
  max_consent_age_days INTEGER CHECK (max_consent_age_days BETWEEN 1 AND 3650),
  needs_register BOOLEAN NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX contact_claims_lead ON contact_claims (lead_id);
ALTER TABLE leads ADD COLUMN recipients TEXT COLLATE "C" NOT NULL DEFAULT '[]';

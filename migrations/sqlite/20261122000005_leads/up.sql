CREATE TABLE leads (
  id BLOB PRIMARY KEY NOT NULL,
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  import_id BLOB,
  external_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('received','rejected','quarantined','listed','sold_out','expired','withdrawn','erased')),
  attributes TEXT NOT NULL,
  interest TEXT NOT NULL,
  timeline TEXT,
  origin TEXT NOT NULL,
  masked_name TEXT NOT NULL,
  masked_email TEXT,
  masked_phone TEXT,
  has_company INTEGER NOT NULL CHECK (has_company IN (0, 1)),
  ask_minor INTEGER NOT NULL CHECK (ask_minor >= 0),
  currency TEXT NOT NULL,
  accepts TEXT NOT NULL,
  least TEXT NOT NULL,
  score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
  copies INTEGER NOT NULL CHECK (copies BETWEEN 1 AND 10),
  copies_sold INTEGER NOT NULL,
  consent_given_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  CONSTRAINT leads_copies CHECK (copies_sold BETWEEN 0 AND copies)
) STRICT;
CREATE INDEX leads_market ON leads (vertical_id, state, received_at);
CREATE INDEX leads_seller ON leads (seller_id, state, received_at);
CREATE INDEX leads_expiry ON leads (state, expires_at);
CREATE UNIQUE INDEX leads_external ON leads (seller_id, external_id);
CREATE TABLE lead_contacts (
  lead_id BLOB PRIMARY KEY NOT NULL REFERENCES leads (id),
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE lead_consents (
  lead_id BLOB PRIMARY KEY NOT NULL REFERENCES leads (id),
  text TEXT NOT NULL,
  version TEXT,
  given_at INTEGER NOT NULL,
  page_url TEXT NOT NULL,
  channels TEXT NOT NULL,
  recipients TEXT NOT NULL,
  certificate_url TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE lead_checks (
  lead_id BLOB NOT NULL REFERENCES leads (id),
  name TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('pass','warn','fail')),
  code TEXT,
  detail TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (lead_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE contact_claims (
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  hash BLOB NOT NULL,
  lead_id BLOB NOT NULL REFERENCES leads (id),
  claimed_at INTEGER NOT NULL,
  PRIMARY KEY (vertical_id, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE imports (
  id BLOB PRIMARY KEY NOT NULL,
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  file_name TEXT NOT NULL,
  header_hash BLOB NOT NULL,
  mapping TEXT NOT NULL,
  defaults TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('uploaded','queued','running','finished','failed')),
  line_count INTEGER NOT NULL,
  lines_done INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  failure TEXT,
  created_by BLOB REFERENCES users (id),
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX imports_seller ON imports (seller_id, created_at);
CREATE TABLE import_files (
  import_id BLOB PRIMARY KEY NOT NULL REFERENCES imports (id),
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE TABLE refused_leads (
  id BLOB PRIMARY KEY NOT NULL,
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  import_id BLOB REFERENCES imports (id),
  vertical TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('api','form','file')),
  line INTEGER,
  errors TEXT NOT NULL,
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX refused_leads_seller ON refused_leads (seller_id, received_at);
CREATE INDEX refused_leads_import ON refused_leads (import_id, line);

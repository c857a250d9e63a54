CREATE TABLE leads (
  id UUID PRIMARY KEY NOT NULL,
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  seller_id UUID NOT NULL REFERENCES accounts (id),
  import_id UUID,
  external_id TEXT COLLATE "C",
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('received','rejected','quarantined','listed','sold_out','expired','withdrawn','erased')),
  attributes TEXT COLLATE "C" NOT NULL,
  interest TEXT COLLATE "C" NOT NULL,
  timeline TEXT COLLATE "C",
  origin TEXT COLLATE "C" NOT NULL,
  masked_name TEXT COLLATE "C" NOT NULL,
  masked_email TEXT COLLATE "C",
  masked_phone TEXT COLLATE "C",
  has_company BOOLEAN NOT NULL,
  ask_minor BIGINT NOT NULL CHECK (ask_minor >= 0),
  currency TEXT COLLATE "C" NOT NULL,
  accepts TEXT COLLATE "C" NOT NULL,
  least TEXT COLLATE "C" NOT NULL,
  score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
  copies INTEGER NOT NULL CHECK (copies BETWEEN 1 AND 10),
  copies_sold INTEGER NOT NULL,
  consent_given_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT leads_copies CHECK (copies_sold BETWEEN 0 AND copies)
);
CREATE INDEX leads_market ON leads (vertical_id, state, received_at);
CREATE INDEX leads_seller ON leads (seller_id, state, received_at);
CREATE INDEX leads_expiry ON leads (state, expires_at);
CREATE UNIQUE INDEX leads_external ON leads (seller_id, external_id);
CREATE TABLE lead_contacts (
  lead_id UUID PRIMARY KEY NOT NULL REFERENCES leads (id),
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE TABLE lead_consents (
  lead_id UUID PRIMARY KEY NOT NULL REFERENCES leads (id),
  text TEXT COLLATE "C" NOT NULL,
  version TEXT COLLATE "C",
  given_at BIGINT NOT NULL,
  page_url TEXT COLLATE "C" NOT NULL,
  channels TEXT COLLATE "C" NOT NULL,
  recipients TEXT COLLATE "C" NOT NULL,
  certificate_url TEXT COLLATE "C"
);
CREATE TABLE lead_checks (
  lead_id UUID NOT NULL REFERENCES leads (id),
  name TEXT COLLATE "C" NOT NULL,
  verdict TEXT COLLATE "C" NOT NULL CHECK (verdict IN ('pass','warn','fail')),
  code TEXT COLLATE "C",
  detail TEXT COLLATE "C",
  at BIGINT NOT NULL,
  PRIMARY KEY (lead_id, name)
);
CREATE TABLE contact_claims (
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  hash BYTEA NOT NULL,
  lead_id UUID NOT NULL REFERENCES leads (id),
  claimed_at BIGINT NOT NULL,
  PRIMARY KEY (vertical_id, hash)
);
CREATE TABLE imports (
  id UUID PRIMARY KEY NOT NULL,
  seller_id UUID NOT NULL REFERENCES accounts (id),
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  file_name TEXT COLLATE "C" NOT NULL,
  header_hash BYTEA NOT NULL,
  mapping TEXT COLLATE "C" NOT NULL,
  defaults TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('uploaded','queued','running','finished','failed')),
  line_count BIGINT NOT NULL,
  lines_done BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  failure TEXT COLLATE "C",
  created_by UUID REFERENCES users (id),
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX imports_seller ON imports (seller_id, created_at);
CREATE TABLE import_files (
  import_id UUID PRIMARY KEY NOT NULL REFERENCES imports (id),
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE TABLE refused_leads (
  id UUID PRIMARY KEY NOT NULL,
  seller_id UUID NOT NULL REFERENCES accounts (id),
  import_id UUID REFERENCES imports (id),
  vertical TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL CHECK (source IN ('api','form','file')),
  line BIGINT,
  errors TEXT COLLATE "C" NOT NULL,
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  received_at BIGINT NOT NULL
);
CREATE INDEX refused_leads_seller ON refused_leads (seller_id, received_at);
CREATE INDEX refused_leads_import ON refused_leads (import_id, line);

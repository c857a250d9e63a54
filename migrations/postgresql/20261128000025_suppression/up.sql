CREATE TABLE contact_hashes (
  lead_id UUID NOT NULL REFERENCES leads (id),
  hash BYTEA NOT NULL,
  PRIMARY KEY (lead_id, hash)
);
CREATE INDEX contact_hashes_hash ON contact_hashes (hash);
INSERT INTO contact_hashes (lead_id, hash) SELECT DISTINCT lead_id, hash FROM contact_claims;
CREATE TABLE suppressions (
  id UUID PRIMARY KEY NOT NULL,
  owner_id UUID REFERENCES accounts (id),
  list TEXT NOT NULL CHECK (list IN ('do_not_contact','customers')),
  hash BYTEA NOT NULL,
  added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX suppressions_exchange ON suppressions (hash, list) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX suppressions_own ON suppressions (hash, owner_id, list) WHERE owner_id IS NOT NULL;
CREATE INDEX suppressions_owner ON suppressions (owner_id, list);

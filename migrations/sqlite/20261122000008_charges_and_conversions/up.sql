CREATE TABLE charges (
  id BLOB PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('appointment','sale','base_fee','claim')),
  state TEXT NOT NULL CHECK (state IN ('held','owed','captured','released','settled','disputed','refunded','written_off')),
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  contract_version_id BLOB NOT NULL REFERENCES contract_versions (id),
  purchase_id BLOB REFERENCES purchases (id),
  claim_of BLOB REFERENCES charges (id),
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  seller_id BLOB REFERENCES accounts (id),
  currency TEXT NOT NULL,
  held_minor INTEGER NOT NULL CHECK (held_minor >= 0),
  price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
  commission_bps INTEGER NOT NULL CHECK (commission_bps BETWEEN 0 AND 10000),
  commission_minor INTEGER NOT NULL,
  period_start INTEGER,
  created_at INTEGER NOT NULL,
  charged_at INTEGER,
  final_at INTEGER,
  settled_at INTEGER,
  CONSTRAINT charges_commission CHECK (commission_minor BETWEEN 0 AND price_minor),
  CONSTRAINT charges_of_purchase UNIQUE (purchase_id, kind),
  CONSTRAINT charges_of_period UNIQUE (contract_id, period_start),
  CONSTRAINT charges_of_claim UNIQUE (claim_of)
) STRICT;
CREATE INDEX charges_final ON charges (state, final_at);
CREATE INDEX charges_buyer ON charges (buyer_id, state);
CREATE INDEX charges_contract ON charges (contract_id, created_at);
CREATE INDEX charges_seller ON charges (seller_id, created_at) WHERE seller_id IS NOT NULL;
CREATE TABLE conversions (
  id BLOB PRIMARY KEY NOT NULL,
  purchase_id BLOB NOT NULL REFERENCES purchases (id),
  kind TEXT NOT NULL CHECK (kind IN ('appointment','sale')),
  state TEXT NOT NULL CHECK (state IN ('scheduled','proposed','contested','confirmed','dismissed','cancelled')),
  outcome TEXT CHECK (outcome IN ('held','no_show','sold')),
  happens_at INTEGER NOT NULL,
  channel TEXT CHECK (channel IN ('phone','video','in_person')),
  minutes INTEGER CHECK (minutes BETWEEN 0 AND 1440),
  amount_minor INTEGER CHECK (amount_minor > 0),
  currency TEXT,
  reference TEXT,
  moves INTEGER NOT NULL,
  version INTEGER NOT NULL,
  reported_by BLOB REFERENCES accounts (id),
  confirm_by INTEGER,
  decided_how TEXT CHECK (decided_how IN ('party','silence','operator')),
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CONSTRAINT conversions_sale CHECK ((kind = 'sale') = (amount_minor IS NOT NULL) AND (kind = 'sale') = (currency IS NOT NULL)),
  CONSTRAINT conversions_outcome CHECK (state IN ('scheduled','cancelled') OR outcome IS NOT NULL),
  CONSTRAINT conversions_decided CHECK ((state IN ('confirmed','dismissed')) = (decided_how IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX conversions_open ON conversions (purchase_id, kind) WHERE state NOT IN ('dismissed','cancelled');
CREATE INDEX conversions_silence ON conversions (state, confirm_by);
CREATE TABLE purchase_work (
  purchase_id BLOB PRIMARY KEY NOT NULL REFERENCES purchases (id),
  stage TEXT NOT NULL CHECK (stage IN ('new','contacted','appointment','won','lost','refused')),
  reason TEXT,
  resume_on INTEGER,
  responsible_id BLOB REFERENCES users (id),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE purchase_notes (
  id BLOB PRIMARY KEY NOT NULL,
  purchase_id BLOB NOT NULL REFERENCES purchases (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  at INTEGER NOT NULL,
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX purchase_notes_purchase ON purchase_notes (purchase_id, at);

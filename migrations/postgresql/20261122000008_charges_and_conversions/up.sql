CREATE TABLE charges (
  id UUID PRIMARY KEY NOT NULL,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('appointment','sale','base_fee','claim')),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('held','owed','captured','released','settled','disputed','refunded','written_off')),
  contract_id UUID NOT NULL REFERENCES contracts (id),
  contract_version_id UUID NOT NULL REFERENCES contract_versions (id),
  purchase_id UUID REFERENCES purchases (id),
  claim_of UUID REFERENCES charges (id),
  buyer_id UUID NOT NULL REFERENCES accounts (id),
  seller_id UUID REFERENCES accounts (id),
  currency TEXT COLLATE "C" NOT NULL,
  held_minor BIGINT NOT NULL CHECK (held_minor >= 0),
  price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
  commission_bps INTEGER NOT NULL CHECK (commission_bps BETWEEN 0 AND 10000),
  commission_minor BIGINT NOT NULL,
  period_start BIGINT,
  created_at BIGINT NOT NULL,
  charged_at BIGINT,
  final_at BIGINT,
  settled_at BIGINT,
  CONSTRAINT charges_commission CHECK (commission_minor BETWEEN 0 AND price_minor),
  CONSTRAINT charges_of_purchase UNIQUE (purchase_id, kind),
  CONSTRAINT charges_of_period UNIQUE (contract_id, period_start),
  CONSTRAINT charges_of_claim UNIQUE (claim_of)
);
CREATE INDEX charges_final ON charges (state, final_at);
CREATE INDEX charges_buyer ON charges (buyer_id, state);
CREATE INDEX charges_contract ON charges (contract_id, created_at);
CREATE INDEX charges_seller ON charges (seller_id, created_at) WHERE seller_id IS NOT NULL;
CREATE TABLE conversions (
  id UUID PRIMARY KEY NOT NULL,
  purchase_id UUID NOT NULL REFERENCES purchases (id),
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('appointment','sale')),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('scheduled','proposed','contested','confirmed','dismissed','cancelled')),
  outcome TEXT COLLATE "C" CHECK (outcome IN ('held','no_show','sold')),
  happens_at BIGINT NOT NULL,
  channel TEXT COLLATE "C" CHECK (channel IN ('phone','video','in_person')),
  minutes INTEGER CHECK (minutes BETWEEN 0 AND 1440),
  amount_minor BIGINT CHECK (amount_minor > 0),
  currency TEXT COLLATE "C",
  reference TEXT COLLATE "C",
  moves INTEGER NOT NULL,
  version INTEGER NOT NULL,
  reported_by UUID REFERENCES accounts (id),
  confirm_by BIGINT,
  decided_how TEXT COLLATE "C" CHECK (decided_how IN ('party','silence','operator')),
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT conversions_sale CHECK ((kind = 'sale') = (amount_minor IS NOT NULL) AND (kind = 'sale') = (currency IS NOT NULL)),
  CONSTRAINT conversions_outcome CHECK (state IN ('scheduled','cancelled') OR outcome IS NOT NULL),
  CONSTRAINT conversions_decided CHECK ((state IN ('confirmed','dismissed')) = (decided_how IS NOT NULL))
);
CREATE UNIQUE INDEX conversions_open ON conversions (purchase_id, kind) WHERE state NOT IN ('dismissed','cancelled');
CREATE INDEX conversions_silence ON conversions (state, confirm_by);
CREATE TABLE purchase_work (
  purchase_id UUID PRIMARY KEY NOT NULL REFERENCES purchases (id),
  stage TEXT COLLATE "C" NOT NULL CHECK (stage IN ('new','contacted','appointment','won','lost','refused')),
  reason TEXT COLLATE "C",
  resume_on BIGINT,
  responsible_id UUID REFERENCES users (id),
  updated_at BIGINT NOT NULL
);
CREATE TABLE purchase_notes (
  id UUID PRIMARY KEY NOT NULL,
  purchase_id UUID NOT NULL REFERENCES purchases (id),
  user_id UUID NOT NULL REFERENCES users (id),
  at BIGINT NOT NULL,
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX purchase_notes_purchase ON purchase_notes (purchase_id, at);

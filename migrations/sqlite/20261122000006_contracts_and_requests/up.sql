CREATE TABLE icps (
  id BLOB PRIMARY KEY NOT NULL,
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  name TEXT NOT NULL,
  profile TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX icps_buyer ON icps (buyer_id, created_at);
CREATE TABLE contracts (
  id BLOB PRIMARY KEY NOT NULL,
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  seller_id BLOB REFERENCES accounts (id),
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  currency TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('offered','active','suspended','declined','closed')),
  is_standard INTEGER NOT NULL CHECK (is_standard IN (0, 1)),
  in_force INTEGER,
  offered INTEGER,
  fees_from INTEGER,
  fee_periods INTEGER NOT NULL CHECK (fee_periods >= 0),
  next_fee_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CONSTRAINT contracts_terms CHECK (in_force IS NOT NULL OR state IN ('offered','declined','closed')),
  CONSTRAINT contracts_private CHECK (seller_id IS NOT NULL OR offered IS NULL)
) STRICT;
CREATE INDEX contracts_buyer ON contracts (buyer_id, created_at);
CREATE INDEX contracts_seller ON contracts (seller_id, created_at) WHERE seller_id IS NOT NULL;
CREATE UNIQUE INDEX contracts_standard ON contracts (buyer_id, vertical_id, currency) WHERE is_standard = 1;
CREATE INDEX contracts_fees ON contracts (next_fee_at) WHERE next_fee_at IS NOT NULL;
CREATE TABLE contract_versions (
  id BLOB PRIMARY KEY NOT NULL,
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  version INTEGER NOT NULL,
  model TEXT NOT NULL CHECK (model IN ('ppl','ppa','pps','hybrid')),
  currency TEXT NOT NULL,
  price_lead_minor INTEGER CHECK (price_lead_minor > 0),
  price_appointment_minor INTEGER CHECK (price_appointment_minor > 0),
  share_bps INTEGER CHECK (share_bps BETWEEN 1 AND 10000),
  share_floor_minor INTEGER CHECK (share_floor_minor > 0),
  share_cap_minor INTEGER CHECK (share_cap_minor > 0),
  deposit_minor INTEGER CHECK (deposit_minor > 0),
  expected_sale_minor INTEGER CHECK (expected_sale_minor > 0),
  base_fee_minor INTEGER CHECK (base_fee_minor > 0),
  base_fee_period TEXT CHECK (base_fee_period IN ('week','month')),
  criteria TEXT NOT NULL,
  min_stage TEXT CHECK (min_stage IN ('mql','sql')),
  min_seniority TEXT,
  dispute_window_days INTEGER NOT NULL CHECK (dispute_window_days BETWEEN 1 AND 90),
  reporter TEXT NOT NULL CHECK (reporter IN ('either','buyer','seller')),
  silence_days INTEGER NOT NULL CHECK (silence_days BETWEEN 1 AND 30),
  held_minutes INTEGER NOT NULL CHECK (held_minutes BETWEEN 0 AND 480),
  lapse_days INTEGER NOT NULL CHECK (lapse_days BETWEEN 1 AND 365),
  created_at INTEGER NOT NULL,
  CONSTRAINT contract_versions_number UNIQUE (contract_id, version),
  CONSTRAINT contract_versions_share CHECK ((share_bps IS NULL) = (deposit_minor IS NULL) AND (share_bps IS NULL) = (expected_sale_minor IS NULL)),
  CONSTRAINT contract_versions_base_fee CHECK ((base_fee_minor IS NULL) = (base_fee_period IS NULL))
) STRICT;
CREATE TRIGGER contract_versions_no_update BEFORE UPDATE ON contract_versions BEGIN SELECT RAISE(ABORT, 'contract_versions is append-only'); END;
CREATE TRIGGER contract_versions_no_delete BEFORE DELETE ON contract_versions BEGIN SELECT RAISE(ABORT, 'contract_versions is append-only'); END;
CREATE TABLE purchase_requests (
  id BLOB PRIMARY KEY NOT NULL,
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  contract_version_id BLOB NOT NULL REFERENCES contract_versions (id),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft','active','paused','fulfilled','expired','closed')),
  filter TEXT NOT NULL,
  need_phone INTEGER NOT NULL CHECK (need_phone IN (0, 1)),
  need_email INTEGER NOT NULL CHECK (need_email IN (0, 1)),
  bid_minor INTEGER NOT NULL CHECK (bid_minor >= 0),
  currency TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  bought INTEGER NOT NULL,
  budget_minor INTEGER NOT NULL CHECK (budget_minor >= 0),
  spent_minor INTEGER NOT NULL,
  caps TEXT NOT NULL,
  schedule TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  max_consent_age_days INTEGER,
  sellers TEXT NOT NULL,
  auto_buy INTEGER NOT NULL CHECK (auto_buy IN (0, 1)),
  deliver_email TEXT,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_served_at INTEGER,
  CONSTRAINT purchase_requests_quantity CHECK (bought BETWEEN 0 AND quantity),
  CONSTRAINT purchase_requests_budget CHECK (spent_minor >= 0)
) STRICT;
CREATE INDEX purchase_requests_buyer ON purchase_requests (buyer_id, state, created_at);
CREATE INDEX purchase_requests_active ON purchase_requests (state, vertical_id);
CREATE TABLE request_changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  request_id BLOB NOT NULL REFERENCES purchase_requests (id),
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE request_cap_counters (
  request_id BLOB NOT NULL REFERENCES purchase_requests (id),
  cap_window TEXT NOT NULL CHECK (cap_window IN ('hour','day','week','month')),
  starts_at INTEGER NOT NULL,
  bought INTEGER NOT NULL,
  spent_minor INTEGER NOT NULL,
  PRIMARY KEY (request_id, cap_window, starts_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE request_alerts (
  request_id BLOB NOT NULL REFERENCES purchase_requests (id),
  percent INTEGER NOT NULL CHECK (percent IN (80, 100)),
  at INTEGER NOT NULL,
  PRIMARY KEY (request_id, percent)
) STRICT, WITHOUT ROWID;

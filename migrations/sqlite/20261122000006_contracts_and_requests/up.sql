CREATE TABLE contracts (
  id BLOB PRIMARY KEY NOT NULL,
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active','closed')),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contracts_buyer ON contracts (buyer_id);
CREATE TABLE contract_versions (
  id BLOB PRIMARY KEY NOT NULL,
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  version INTEGER NOT NULL,
  model TEXT NOT NULL CHECK (model IN ('ppl','ppa','pps','hybrid')),
  currency TEXT NOT NULL,
  dispute_window_days INTEGER NOT NULL CHECK (dispute_window_days BETWEEN 1 AND 90),
  created_at INTEGER NOT NULL,
  CONSTRAINT contract_versions_number UNIQUE (contract_id, version)
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
  CONSTRAINT purchase_requests_budget CHECK (spent_minor BETWEEN 0 AND budget_minor)
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

CREATE TABLE ledger_accounts (
  key TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  owner_id BLOB,
  currency TEXT NOT NULL,
  balance_minor INTEGER NOT NULL CONSTRAINT ledger_accounts_floor CHECK (balance_minor >= 0),
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_accounts_owner ON ledger_accounts (owner_id);
CREATE TABLE ledger_postings (
  id BLOB PRIMARY KEY NOT NULL,
  event TEXT NOT NULL,
  source_type TEXT NOT NULL,
  source_id BLOB NOT NULL,
  reverses BLOB REFERENCES ledger_postings (id),
  note TEXT,
  at INTEGER NOT NULL,
  CONSTRAINT ledger_postings_source UNIQUE (source_type, source_id, event)
) STRICT;
CREATE INDEX ledger_postings_reversed ON ledger_postings (reverses) WHERE reverses IS NOT NULL;
CREATE TRIGGER ledger_postings_no_update BEFORE UPDATE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'ledger_postings is append-only'); END;
CREATE TRIGGER ledger_postings_no_delete BEFORE DELETE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'ledger_postings is append-only'); END;
CREATE TABLE ledger_entries (
  posting_id BLOB NOT NULL REFERENCES ledger_postings (id),
  line INTEGER NOT NULL,
  account_key TEXT NOT NULL,
  currency TEXT NOT NULL,
  debit_minor INTEGER NOT NULL CHECK (debit_minor >= 0),
  credit_minor INTEGER NOT NULL CHECK (credit_minor >= 0),
  balance_minor INTEGER,
  version INTEGER,
  PRIMARY KEY (posting_id, line),
  CONSTRAINT ledger_entries_one_side CHECK ((debit_minor = 0) <> (credit_minor = 0))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ledger_entries_account ON ledger_entries (account_key, version, posting_id, line);
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TABLE holds (
  source_type TEXT NOT NULL,
  source_id BLOB NOT NULL,
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  seller_id BLOB REFERENCES accounts (id),
  currency TEXT NOT NULL,
  held_minor INTEGER NOT NULL CHECK (held_minor > 0),
  captured_minor INTEGER NOT NULL CHECK (captured_minor >= 0),
  released_minor INTEGER NOT NULL CHECK (released_minor >= 0),
  commission_minor INTEGER NOT NULL CHECK (commission_minor >= 0),
  refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
  commission_refunded_minor INTEGER NOT NULL CHECK (commission_refunded_minor >= 0),
  pending_minor INTEGER NOT NULL CHECK (pending_minor >= 0),
  disputed_minor INTEGER NOT NULL CHECK (disputed_minor >= 0),
  created_at INTEGER NOT NULL,
  settled_at INTEGER,
  PRIMARY KEY (source_type, source_id),
  CONSTRAINT holds_bounds CHECK (captured_minor + released_minor <= held_minor),
  CONSTRAINT holds_refunds CHECK (refunded_minor <= captured_minor),
  CONSTRAINT holds_commission CHECK (commission_refunded_minor <= commission_minor AND commission_minor <= captured_minor)
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_open ON holds (buyer_id, currency) WHERE captured_minor + released_minor < held_minor;
CREATE TABLE deposits (
  id BLOB PRIMARY KEY NOT NULL,
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  currency TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  reference TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('requested','approved','refused')),
  requested_by BLOB NOT NULL REFERENCES users (id),
  requested_at INTEGER NOT NULL,
  decided_by BLOB REFERENCES users (id),
  decided_at INTEGER
) STRICT;
CREATE INDEX deposits_state ON deposits (state, requested_at);
CREATE INDEX deposits_buyer ON deposits (buyer_id, requested_at);

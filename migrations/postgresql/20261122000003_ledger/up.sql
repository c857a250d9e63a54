CREATE TABLE ledger_accounts (
  key TEXT COLLATE "C" PRIMARY KEY NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  owner_id UUID,
  currency TEXT COLLATE "C" NOT NULL,
  balance_minor BIGINT NOT NULL CONSTRAINT ledger_accounts_floor CHECK (balance_minor >= 0),
  version BIGINT NOT NULL
);
CREATE INDEX ledger_accounts_owner ON ledger_accounts (owner_id);
CREATE TABLE ledger_postings (
  id UUID PRIMARY KEY NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  source_type TEXT COLLATE "C" NOT NULL,
  source_id UUID NOT NULL,
  reverses UUID REFERENCES ledger_postings (id),
  note TEXT COLLATE "C",
  at BIGINT NOT NULL,
  CONSTRAINT ledger_postings_source UNIQUE (source_type, source_id, event)
);
CREATE INDEX ledger_postings_reversed ON ledger_postings (reverses) WHERE reverses IS NOT NULL;
CREATE TRIGGER ledger_postings_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE ledger_entries (
  posting_id UUID NOT NULL REFERENCES ledger_postings (id),
  line INTEGER NOT NULL,
  account_key TEXT COLLATE "C" NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  debit_minor BIGINT NOT NULL CHECK (debit_minor >= 0),
  credit_minor BIGINT NOT NULL CHECK (credit_minor >= 0),
  balance_minor BIGINT,
  version BIGINT,
  PRIMARY KEY (posting_id, line),
  CONSTRAINT ledger_entries_one_side CHECK ((debit_minor = 0) <> (credit_minor = 0))
);
CREATE UNIQUE INDEX ledger_entries_account ON ledger_entries (account_key, version, posting_id, line);
CREATE TRIGGER ledger_entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE holds (
  source_type TEXT COLLATE "C" NOT NULL,
  source_id UUID NOT NULL,
  buyer_id UUID NOT NULL REFERENCES accounts (id),
  seller_id UUID REFERENCES accounts (id),
  currency TEXT COLLATE "C" NOT NULL,
  held_minor BIGINT NOT NULL CHECK (held_minor > 0),
  captured_minor BIGINT NOT NULL CHECK (captured_minor >= 0),
  released_minor BIGINT NOT NULL CHECK (released_minor >= 0),
  commission_minor BIGINT NOT NULL CHECK (commission_minor >= 0),
  refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0),
  commission_refunded_minor BIGINT NOT NULL CHECK (commission_refunded_minor >= 0),
  pending_minor BIGINT NOT NULL CHECK (pending_minor >= 0),
  disputed_minor BIGINT NOT NULL CHECK (disputed_minor >= 0),
  created_at BIGINT NOT NULL,
  settled_at BIGINT,
  PRIMARY KEY (source_type, source_id),
  CONSTRAINT holds_bounds CHECK (captured_minor + released_minor <= held_minor),
  CONSTRAINT holds_refunds CHECK (refunded_minor <= captured_minor),
  CONSTRAINT holds_commission CHECK (commission_refunded_minor <= commission_minor AND commission_minor <= captured_minor)
);
CREATE INDEX holds_open ON holds (buyer_id, currency) WHERE captured_minor + released_minor < held_minor;
CREATE TABLE deposits (
  id UUID PRIMARY KEY NOT NULL,
  buyer_id UUID NOT NULL REFERENCES accounts (id),
  currency TEXT COLLATE "C" NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  reference TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('requested','approved','refused')),
  requested_by UUID NOT NULL REFERENCES users (id),
  requested_at BIGINT NOT NULL,
  decided_by UUID REFERENCES users (id),
  decided_at BIGINT
);
CREATE INDEX deposits_state ON deposits (state, requested_at);
CREATE INDEX deposits_buyer ON deposits (buyer_id, requested_at);

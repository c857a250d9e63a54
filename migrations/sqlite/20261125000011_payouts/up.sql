CREATE TABLE bank_details (
  id BLOB PRIMARY KEY NOT NULL,
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  number INTEGER NOT NULL CHECK (number > 0),
  hint TEXT NOT NULL,
  country TEXT NOT NULL,
  set_by BLOB NOT NULL REFERENCES users (id),
  set_at INTEGER NOT NULL,
  effective_at INTEGER NOT NULL,
  cancelled_by BLOB REFERENCES users (id),
  cancelled_at INTEGER,
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  CONSTRAINT bank_details_number UNIQUE (seller_id, number),
  CONSTRAINT bank_details_cancelled CHECK ((cancelled_by IS NULL) = (cancelled_at IS NULL))
) STRICT;
CREATE TABLE payout_settings (
  seller_id BLOB PRIMARY KEY NOT NULL REFERENCES accounts (id),
  schedule TEXT NOT NULL CHECK (schedule IN ('on_request','weekly','net')),
  weekday INTEGER CHECK (weekday BETWEEN 1 AND 7),
  net_days INTEGER CHECK (net_days BETWEEN 1 AND 120),
  next_at INTEGER,
  set_by BLOB NOT NULL REFERENCES users (id),
  set_at INTEGER NOT NULL,
  CONSTRAINT payout_settings_weekly CHECK ((schedule = 'weekly') = (weekday IS NOT NULL)),
  CONSTRAINT payout_settings_net CHECK ((schedule = 'net') = (net_days IS NOT NULL)),
  CONSTRAINT payout_settings_next CHECK ((schedule = 'on_request') = (next_at IS NULL))
) STRICT;
CREATE INDEX payout_settings_due ON payout_settings (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE payout_minimums (
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  currency TEXT NOT NULL,
  minimum_minor INTEGER NOT NULL CHECK (minimum_minor > 0),
  PRIMARY KEY (seller_id, currency)
) STRICT;
CREATE TABLE payout_batches (
  id BLOB PRIMARY KEY NOT NULL,
  currency TEXT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('sepa','transfer')),
  state TEXT NOT NULL CHECK (state IN ('prepared','sent','dissolved')),
  payouts INTEGER NOT NULL CHECK (payouts > 0),
  total_minor INTEGER NOT NULL CHECK (total_minor > 0),
  debtor_name TEXT,
  debtor_iban TEXT,
  debtor_bic TEXT,
  made_by BLOB NOT NULL REFERENCES users (id),
  made_at INTEGER NOT NULL,
  ended_by BLOB REFERENCES users (id),
  ended_at INTEGER,
  CONSTRAINT payout_batches_debtor CHECK (method = 'transfer' OR (debtor_name IS NOT NULL AND debtor_iban IS NOT NULL)),
  CONSTRAINT payout_batches_ended CHECK ((state = 'prepared') = (ended_at IS NULL) AND (ended_by IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE INDEX payout_batches_state ON payout_batches (state, made_at);
CREATE TABLE payouts (
  id BLOB PRIMARY KEY NOT NULL,
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  currency TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  state TEXT NOT NULL CHECK (state IN ('requested','approved','sent','paid','failed','cancelled','refused','returned')),
  origin TEXT NOT NULL CHECK (origin IN ('seller','schedule','operator')),
  asked_by BLOB REFERENCES users (id),
  asked_at INTEGER NOT NULL,
  approved_by BLOB REFERENCES users (id),
  approved_at INTEGER,
  batch_id BLOB REFERENCES payout_batches (id),
  sent_at INTEGER,
  ended_at INTEGER,
  reason TEXT,
  hint TEXT,
  country TEXT,
  master_key_id TEXT,
  wrapped_key BLOB,
  sealed BLOB,
  CONSTRAINT payouts_asked CHECK ((origin = 'schedule') = (asked_by IS NULL)),
  CONSTRAINT payouts_approved CHECK ((approved_by IS NULL) = (approved_at IS NULL) AND (state NOT IN ('approved','sent','paid','failed','returned') OR approved_by IS NOT NULL)),
  CONSTRAINT payouts_batched CHECK ((batch_id IS NULL) = (sealed IS NULL) AND (state NOT IN ('sent','paid','failed','returned') OR batch_id IS NOT NULL)),
  CONSTRAINT payouts_sent CHECK ((state IN ('sent','paid','failed','returned')) = (sent_at IS NOT NULL)),
  CONSTRAINT payouts_ended CHECK ((state IN ('requested','approved','sent')) = (ended_at IS NULL)),
  CONSTRAINT payouts_four_eyes CHECK (asked_by IS NULL OR approved_by IS NULL OR asked_by <> approved_by)
) STRICT;
CREATE INDEX payouts_state ON payouts (state, asked_at);
CREATE INDEX payouts_seller ON payouts (seller_id, asked_at);
CREATE INDEX payouts_batch ON payouts (batch_id) WHERE batch_id IS NOT NULL;
CREATE TABLE invoice_series (
  series TEXT PRIMARY KEY NOT NULL,
  last_number INTEGER NOT NULL CHECK (last_number >= 0)
) STRICT;
CREATE TABLE invoice_months (
  month_start INTEGER PRIMARY KEY NOT NULL,
  closed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE commission_invoices (
  id BLOB PRIMARY KEY NOT NULL,
  series TEXT NOT NULL REFERENCES invoice_series (series),
  number INTEGER NOT NULL CHECK (number > 0),
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  seller_name TEXT NOT NULL,
  seller_country TEXT NOT NULL,
  month_start INTEGER NOT NULL,
  month_end INTEGER NOT NULL,
  currency TEXT NOT NULL,
  taken_minor INTEGER NOT NULL CHECK (taken_minor >= 0),
  given_back_minor INTEGER NOT NULL CHECK (given_back_minor >= 0),
  issued_at INTEGER NOT NULL,
  CONSTRAINT commission_invoices_number UNIQUE (series, number),
  CONSTRAINT commission_invoices_month UNIQUE (seller_id, month_start, currency),
  CONSTRAINT commission_invoices_something CHECK (taken_minor > 0 OR given_back_minor > 0)
) STRICT;
CREATE TRIGGER commission_invoices_no_update BEFORE UPDATE ON commission_invoices BEGIN SELECT RAISE(ABORT, 'commission_invoices is append-only'); END;
CREATE TRIGGER commission_invoices_no_delete BEFORE DELETE ON commission_invoices BEGIN SELECT RAISE(ABORT, 'commission_invoices is append-only'); END;

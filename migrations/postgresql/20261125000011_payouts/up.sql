CREATE TABLE bank_details (
  id UUID PRIMARY KEY NOT NULL,
  seller_id UUID NOT NULL REFERENCES accounts (id),
  number INTEGER NOT NULL CHECK (number > 0),
  hint TEXT COLLATE "C" NOT NULL,
  country TEXT COLLATE "C" NOT NULL,
  set_by UUID NOT NULL REFERENCES users (id),
  set_at BIGINT NOT NULL,
  effective_at BIGINT NOT NULL,
  cancelled_by UUID REFERENCES users (id),
  cancelled_at BIGINT,
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  CONSTRAINT bank_details_number UNIQUE (seller_id, number),
  CONSTRAINT bank_details_cancelled CHECK ((cancelled_by IS NULL) = (cancelled_at IS NULL))
);
CREATE TABLE payout_settings (
  seller_id UUID PRIMARY KEY NOT NULL REFERENCES accounts (id),
  schedule TEXT COLLATE "C" NOT NULL CHECK (schedule IN ('on_request','weekly','net')),
  weekday INTEGER CHECK (weekday BETWEEN 1 AND 7),
  net_days INTEGER CHECK (net_days BETWEEN 1 AND 120),
  next_at BIGINT,
  set_by UUID NOT NULL REFERENCES users (id),
  set_at BIGINT NOT NULL,
  CONSTRAINT payout_settings_weekly CHECK ((schedule = 'weekly') = (weekday IS NOT NULL)),
  CONSTRAINT payout_settings_net CHECK ((schedule = 'net') = (net_days IS NOT NULL)),
  CONSTRAINT payout_settings_next CHECK ((schedule = 'on_request') = (next_at IS NULL))
);
CREATE INDEX payout_settings_due ON payout_settings (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE payout_minimums (
  seller_id UUID NOT NULL REFERENCES accounts (id),
  currency TEXT COLLATE "C" NOT NULL,
  minimum_minor BIGINT NOT NULL CHECK (minimum_minor > 0),
  PRIMARY KEY (seller_id, currency)
);
CREATE TABLE payout_batches (
  id UUID PRIMARY KEY NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  method TEXT COLLATE "C" NOT NULL CHECK (method IN ('sepa','transfer')),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('prepared','sent','dissolved')),
  payouts INTEGER NOT NULL CHECK (payouts > 0),
  total_minor BIGINT NOT NULL CHECK (total_minor > 0),
  debtor_name TEXT COLLATE "C",
  debtor_iban TEXT COLLATE "C",
  debtor_bic TEXT COLLATE "C",
  made_by UUID NOT NULL REFERENCES users (id),
  made_at BIGINT NOT NULL,
  ended_by UUID REFERENCES users (id),
  ended_at BIGINT,
  CONSTRAINT payout_batches_debtor CHECK (method = 'transfer' OR (debtor_name IS NOT NULL AND debtor_iban IS NOT NULL)),
  CONSTRAINT payout_batches_ended CHECK ((state = 'prepared') = (ended_at IS NULL) AND (ended_by IS NULL) = (ended_at IS NULL))
);
CREATE INDEX payout_batches_state ON payout_batches (state, made_at);
CREATE TABLE payouts (
  id UUID PRIMARY KEY NOT NULL,
  seller_id UUID NOT NULL REFERENCES accounts (id),
  currency TEXT COLLATE "C" NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('requested','approved','sent','paid','failed','cancelled','refused','returned')),
  origin TEXT COLLATE "C" NOT NULL CHECK (origin IN ('seller','schedule','operator')),
  asked_by UUID REFERENCES users (id),
  asked_at BIGINT NOT NULL,
  approved_by UUID REFERENCES users (id),
  approved_at BIGINT,
  batch_id UUID REFERENCES payout_batches (id),
  sent_at BIGINT,
  ended_at BIGINT,
  reason TEXT COLLATE "C",
  hint TEXT COLLATE "C",
  country TEXT COLLATE "C",
  master_key_id TEXT COLLATE "C",
  wrapped_key BYTEA,
  sealed BYTEA,
  CONSTRAINT payouts_asked CHECK ((origin = 'schedule') = (asked_by IS NULL)),
  CONSTRAINT payouts_approved CHECK ((approved_by IS NULL) = (approved_at IS NULL) AND (state NOT IN ('approved','sent','paid','failed','returned') OR approved_by IS NOT NULL)),
  CONSTRAINT payouts_batched CHECK ((batch_id IS NULL) = (sealed IS NULL) AND (state NOT IN ('sent','paid','failed','returned') OR batch_id IS NOT NULL)),
  CONSTRAINT payouts_sent CHECK ((state IN ('sent','paid','failed','returned')) = (sent_at IS NOT NULL)),
  CONSTRAINT payouts_ended CHECK ((state IN ('requested','approved','sent')) = (ended_at IS NULL)),
  CONSTRAINT payouts_four_eyes CHECK (asked_by IS NULL OR approved_by IS NULL OR asked_by <> approved_by)
);
CREATE INDEX payouts_state ON payouts (state, asked_at);
CREATE INDEX payouts_seller ON payouts (seller_id, asked_at);
CREATE INDEX payouts_batch ON payouts (batch_id) WHERE batch_id IS NOT NULL;
CREATE TABLE invoice_series (
  series TEXT COLLATE "C" PRIMARY KEY NOT NULL,
  last_number INTEGER NOT NULL CHECK (last_number >= 0)
);
CREATE TABLE invoice_months (
  month_start BIGINT PRIMARY KEY NOT NULL,
  closed_at BIGINT NOT NULL
);
CREATE TABLE commission_invoices (
  id UUID PRIMARY KEY NOT NULL,
  series TEXT COLLATE "C" NOT NULL REFERENCES invoice_series (series),
  number INTEGER NOT NULL CHECK (number > 0),
  seller_id UUID NOT NULL REFERENCES accounts (id),
  seller_name TEXT COLLATE "C" NOT NULL,
  seller_country TEXT COLLATE "C" NOT NULL,
  month_start BIGINT NOT NULL,
  month_end BIGINT NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  taken_minor BIGINT NOT NULL CHECK (taken_minor >= 0),
  given_back_minor BIGINT NOT NULL CHECK (given_back_minor >= 0),
  issued_at BIGINT NOT NULL,
  CONSTRAINT commission_invoices_number UNIQUE (series, number),
  CONSTRAINT commission_invoices_month UNIQUE (seller_id, month_start, currency),
  CONSTRAINT commission_invoices_something CHECK (taken_minor > 0 OR given_back_minor > 0)
);
CREATE TRIGGER commission_invoices_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON commission_invoices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

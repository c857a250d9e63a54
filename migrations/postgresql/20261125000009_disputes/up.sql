ALTER TABLE verticals ADD COLUMN dispute_rules TEXT COLLATE "C" NOT NULL DEFAULT '{"answer_days":3,"decide_days":5,"appeal_days":3,"return_cap_bps":2000,"cap_days":30,"meritless_fee_bps":0,"resells":false,"reasons":{"wrong_number":{"text":false,"calls":1,"file":false},"disconnected":{"text":false,"calls":2,"file":false},"email_bounced":{"text":false,"calls":0,"file":true},"fictitious":{"text":true,"calls":0,"file":false},"duplicate":{"text":false,"calls":0,"file":false},"outside_criteria":{"text":true,"calls":0,"file":false},"wrong_vertical":{"text":true,"calls":0,"file":false},"never_requested":{"text":true,"calls":0,"file":false},"minor":{"text":true,"calls":0,"file":false},"competitor_or_test":{"text":true,"calls":0,"file":false},"language":{"text":true,"calls":1,"file":false},"existing_customer":{"text":true,"calls":0,"file":false},"do_not_contact":{"text":true,"calls":0,"file":false}}}';
ALTER TABLE contract_versions ADD COLUMN dispute_rules TEXT COLLATE "C" NOT NULL DEFAULT '{"answer_days":3,"decide_days":5,"appeal_days":3,"return_cap_bps":2000,"cap_days":30,"meritless_fee_bps":0,"resells":false,"reasons":{"wrong_number":{"text":false,"calls":1,"file":false},"disconnected":{"text":false,"calls":2,"file":false},"email_bounced":{"text":false,"calls":0,"file":true},"fictitious":{"text":true,"calls":0,"file":false},"duplicate":{"text":false,"calls":0,"file":false},"outside_criteria":{"text":true,"calls":0,"file":false},"wrong_vertical":{"text":true,"calls":0,"file":false},"never_requested":{"text":true,"calls":0,"file":false},"minor":{"text":true,"calls":0,"file":false},"competitor_or_test":{"text":true,"calls":0,"file":false},"language":{"text":true,"calls":1,"file":false},"existing_customer":{"text":true,"calls":0,"file":false},"do_not_contact":{"text":true,"calls":0,"file":false}}}';
CREATE TABLE disputes (
  id UUID PRIMARY KEY NOT NULL,
  purchase_id UUID NOT NULL REFERENCES purchases (id),
  charge_kind TEXT COLLATE "C" NOT NULL CHECK (charge_kind IN ('lead','appointment','sale','claim')),
  charge_id UUID REFERENCES charges (id),
  contract_id UUID NOT NULL REFERENCES contracts (id),
  contract_version_id UUID NOT NULL REFERENCES contract_versions (id),
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  buyer_id UUID NOT NULL REFERENCES accounts (id),
  seller_id UUID NOT NULL REFERENCES accounts (id),
  reason TEXT COLLATE "C" NOT NULL CHECK (reason IN ('wrong_number','disconnected','email_bounced','fictitious','duplicate','outside_criteria','wrong_vertical','never_requested','minor','competitor_or_test','language','existing_customer','do_not_contact')),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('open','accepted','contested','upheld','partly_upheld','denied','appealed','withdrawn')),
  currency TEXT COLLATE "C" NOT NULL,
  price_minor BIGINT NOT NULL CHECK (price_minor > 0),
  refund_minor BIGINT NOT NULL,
  fee_minor BIGINT NOT NULL CHECK (fee_minor >= 0),
  is_late BOOLEAN NOT NULL,
  round INTEGER NOT NULL CHECK (round BETWEEN 0 AND 2),
  version INTEGER NOT NULL,
  due_at BIGINT,
  opened_at BIGINT NOT NULL,
  answered_at BIGINT,
  appealed_by UUID REFERENCES accounts (id),
  decided_at BIGINT,
  closed_at BIGINT,
  CONSTRAINT disputes_of_charge UNIQUE (purchase_id, charge_kind),
  CONSTRAINT disputes_refund CHECK (refund_minor BETWEEN 0 AND price_minor),
  CONSTRAINT disputes_charge CHECK ((charge_kind = 'lead') = (charge_id IS NULL)),
  CONSTRAINT disputes_due CHECK ((due_at IS NULL) = (closed_at IS NOT NULL))
);
CREATE INDEX disputes_clock ON disputes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX disputes_state ON disputes (state, due_at);
CREATE INDEX disputes_buyer ON disputes (buyer_id, opened_at);
CREATE INDEX disputes_seller ON disputes (seller_id, opened_at);
CREATE INDEX disputes_contract ON disputes (contract_id, opened_at);
CREATE INDEX disputes_vertical ON disputes (vertical_id, opened_at);
CREATE TABLE dispute_decisions (
  dispute_id UUID NOT NULL REFERENCES disputes (id),
  round INTEGER NOT NULL CHECK (round BETWEEN 1 AND 2),
  outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('accepted','upheld','partly_upheld','denied')),
  refund_minor BIGINT NOT NULL CHECK (refund_minor >= 0),
  how TEXT COLLATE "C" NOT NULL CHECK (how IN ('party','silence','rule','operator')),
  decided_by UUID REFERENCES users (id),
  decided_at BIGINT NOT NULL,
  PRIMARY KEY (dispute_id, round),
  CONSTRAINT dispute_decisions_by CHECK ((how = 'operator') = (decided_by IS NOT NULL))
);
CREATE TABLE dispute_findings (
  dispute_id UUID NOT NULL REFERENCES disputes (id),
  name TEXT COLLATE "C" NOT NULL,
  verdict TEXT COLLATE "C" NOT NULL CHECK (verdict IN ('proves','disproves','says_nothing')),
  detail TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (dispute_id, name)
);
CREATE TABLE dispute_entries (
  id UUID PRIMARY KEY NOT NULL,
  dispute_id UUID NOT NULL REFERENCES disputes (id),
  side TEXT COLLATE "C" NOT NULL CHECK (side IN ('buyer','seller','operator','system')),
  user_id UUID REFERENCES users (id),
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('claim','answer','message','appeal','decision','call','file')),
  at BIGINT NOT NULL,
  media_type TEXT COLLATE "C",
  size_bytes INTEGER,
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  CONSTRAINT dispute_entries_file CHECK ((kind = 'file') = (media_type IS NOT NULL) AND (kind = 'file') = (size_bytes IS NOT NULL))
);
CREATE INDEX dispute_entries_dispute ON dispute_entries (dispute_id, at);
CREATE TABLE dispute_files (
  entry_id UUID PRIMARY KEY NOT NULL REFERENCES dispute_entries (id),
  master_key_id TEXT COLLATE "C" NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE TRIGGER dispute_decisions_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dispute_decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

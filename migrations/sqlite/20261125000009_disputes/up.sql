ALTER TABLE verticals ADD COLUMN dispute_rules TEXT NOT NULL DEFAULT '{"answer_days":3,"decide_days":5,"appeal_days":3,"return_cap_bps":2000,"cap_days":30,"meritless_fee_bps":0,"resells":false,"reasons":{"wrong_number":{"text":false,"calls":1,"file":false},"disconnected":{"text":false,"calls":2,"file":false},"email_bounced":{"text":false,"calls":0,"file":true},"fictitious":{"text":true,"calls":0,"file":false},"duplicate":{"text":false,"calls":0,"file":false},"outside_criteria":{"text":true,"calls":0,"file":false},"wrong_vertical":{"text":true,"calls":0,"file":false},"never_requested":{"text":true,"calls":0,"file":false},"minor":{"text":true,"calls":0,"file":false},"competitor_or_test":{"text":true,"calls":0,"file":false},"language":{"text":true,"calls":1,"file":false},"existing_customer":{"text":true,"calls":0,"file":false},"do_not_contact":{"text":true,"calls":0,"file":false}}}';
ALTER TABLE contract_versions ADD COLUMN dispute_rules TEXT NOT NULL DEFAULT '{"answer_days":3,"decide_days":5,"appeal_days":3,"return_cap_bps":2000,"cap_days":30,"meritless_fee_bps":0,"resells":false,"reasons":{"wrong_number":{"text":false,"calls":1,"file":false},"disconnected":{"text":false,"calls":2,"file":false},"email_bounced":{"text":false,"calls":0,"file":true},"fictitious":{"text":true,"calls":0,"file":false},"duplicate":{"text":false,"calls":0,"file":false},"outside_criteria":{"text":true,"calls":0,"file":false},"wrong_vertical":{"text":true,"calls":0,"file":false},"never_requested":{"text":true,"calls":0,"file":false},"minor":{"text":true,"calls":0,"file":false},"competitor_or_test":{"text":true,"calls":0,"file":false},"language":{"text":true,"calls":1,"file":false},"existing_customer":{"text":true,"calls":0,"file":false},"do_not_contact":{"text":true,"calls":0,"file":false}}}';
CREATE TABLE disputes (
  id BLOB PRIMARY KEY NOT NULL,
  purchase_id BLOB NOT NULL REFERENCES purchases (id),
  charge_kind TEXT NOT NULL CHECK (charge_kind IN ('lead','appointment','sale','claim')),
  charge_id BLOB REFERENCES charges (id),
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  contract_version_id BLOB NOT NULL REFERENCES contract_versions (id),
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  reason TEXT NOT NULL CHECK (reason IN ('wrong_number','disconnected','email_bounced','fictitious','duplicate','outside_criteria','wrong_vertical','never_requested','minor','competitor_or_test','language','existing_customer','do_not_contact')),
  state TEXT NOT NULL CHECK (state IN ('open','accepted','contested','upheld','partly_upheld','denied','appealed','withdrawn')),
  currency TEXT NOT NULL,
  price_minor INTEGER NOT NULL CHECK (price_minor > 0),
  refund_minor INTEGER NOT NULL,
  fee_minor INTEGER NOT NULL CHECK (fee_minor >= 0),
  is_late INTEGER NOT NULL CHECK (is_late IN (0, 1)),
  round INTEGER NOT NULL CHECK (round BETWEEN 0 AND 2),
  version INTEGER NOT NULL,
  due_at INTEGER,
  opened_at INTEGER NOT NULL,
  answered_at INTEGER,
  appealed_by BLOB REFERENCES accounts (id),
  decided_at INTEGER,
  closed_at INTEGER,
  CONSTRAINT disputes_of_charge UNIQUE (purchase_id, charge_kind),
  CONSTRAINT disputes_refund CHECK (refund_minor BETWEEN 0 AND price_minor),
  CONSTRAINT disputes_charge CHECK ((charge_kind = 'lead') = (charge_id IS NULL)),
  CONSTRAINT disputes_due CHECK ((due_at IS NULL) = (closed_at IS NOT NULL))
) STRICT;
CREATE INDEX disputes_clock ON disputes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX disputes_state ON disputes (state, due_at);
CREATE INDEX disputes_buyer ON disputes (buyer_id, opened_at);
CREATE INDEX disputes_seller ON disputes (seller_id, opened_at);
CREATE INDEX disputes_contract ON disputes (contract_id, opened_at);
CREATE INDEX disputes_vertical ON disputes (vertical_id, opened_at);
CREATE TABLE dispute_decisions (
  dispute_id BLOB NOT NULL REFERENCES disputes (id),
  round INTEGER NOT NULL CHECK (round BETWEEN 1 AND 2),
  outcome TEXT NOT NULL CHECK (outcome IN ('accepted','upheld','partly_upheld','denied')),
  refund_minor INTEGER NOT NULL CHECK (refund_minor >= 0),
  how TEXT NOT NULL CHECK (how IN ('party','silence','rule','operator')),
  decided_by BLOB REFERENCES users (id),
  decided_at INTEGER NOT NULL,
  PRIMARY KEY (dispute_id, round),
  CONSTRAINT dispute_decisions_by CHECK ((how = 'operator') = (decided_by IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE dispute_findings (
  dispute_id BLOB NOT NULL REFERENCES disputes (id),
  name TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('proves','disproves','says_nothing')),
  detail TEXT NOT NULL,
  PRIMARY KEY (dispute_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE dispute_entries (
  id BLOB PRIMARY KEY NOT NULL,
  dispute_id BLOB NOT NULL REFERENCES disputes (id),
  side TEXT NOT NULL CHECK (side IN ('buyer','seller','operator','system')),
  user_id BLOB REFERENCES users (id),
  kind TEXT NOT NULL CHECK (kind IN ('claim','answer','message','appeal','decision','call','file')),
  at INTEGER NOT NULL,
  media_type TEXT,
  size_bytes INTEGER,
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  CONSTRAINT dispute_entries_file CHECK ((kind = 'file') = (media_type IS NOT NULL) AND (kind = 'file') = (size_bytes IS NOT NULL))
) STRICT;
CREATE INDEX dispute_entries_dispute ON dispute_entries (dispute_id, at);
CREATE TABLE dispute_files (
  entry_id BLOB PRIMARY KEY NOT NULL REFERENCES dispute_entries (id),
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE TRIGGER dispute_decisions_no_update BEFORE UPDATE ON dispute_decisions BEGIN SELECT RAISE(ABORT, 'dispute_decisions is append-only'); END;
CREATE TRIGGER dispute_decisions_no_delete BEFORE DELETE ON dispute_decisions BEGIN SELECT RAISE(ABORT, 'dispute_decisions is append-only'); END;

CREATE TABLE purchases (
  id BLOB PRIMARY KEY NOT NULL,
  lead_id BLOB NOT NULL REFERENCES leads (id),
  request_id BLOB REFERENCES purchase_requests (id),
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  contract_version_id BLOB NOT NULL REFERENCES contract_versions (id),
  state TEXT NOT NULL CHECK (state IN ('delivered','awaiting_outcome','appointment_held','sold','lapsed','disputed','settled','refunded')),
  currency TEXT NOT NULL,
  price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
  commission_minor INTEGER NOT NULL,
  explanation TEXT NOT NULL,
  purchased_at INTEGER NOT NULL,
  final_at INTEGER NOT NULL,
  lapse_at INTEGER,
  settled_at INTEGER,
  opened_at INTEGER,
  CONSTRAINT purchases_commission CHECK (commission_minor BETWEEN 0 AND price_minor),
  CONSTRAINT purchases_once UNIQUE (lead_id, buyer_id)
) STRICT;
CREATE INDEX purchases_buyer ON purchases (buyer_id, purchased_at);
CREATE INDEX purchases_seller ON purchases (seller_id, purchased_at);
CREATE INDEX purchases_request ON purchases (request_id, purchased_at);
CREATE INDEX purchases_final ON purchases (final_at) WHERE settled_at IS NULL;
CREATE INDEX purchases_lapse ON purchases (lapse_at) WHERE lapse_at IS NOT NULL;
CREATE TABLE deliveries (
  id BLOB PRIMARY KEY NOT NULL,
  purchase_id BLOB NOT NULL REFERENCES purchases (id),
  channel TEXT NOT NULL CHECK (channel IN ('email')),
  recipient TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued','delivered','failed')),
  attempts INTEGER NOT NULL,
  last_error TEXT,
  queued_at INTEGER NOT NULL,
  delivered_at INTEGER
) STRICT;
CREATE INDEX deliveries_purchase ON deliveries (purchase_id);

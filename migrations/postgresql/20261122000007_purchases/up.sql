CREATE TABLE purchases (
  id UUID PRIMARY KEY NOT NULL,
  lead_id UUID NOT NULL REFERENCES leads (id),
  request_id UUID REFERENCES purchase_requests (id),
  buyer_id UUID NOT NULL REFERENCES accounts (id),
  seller_id UUID NOT NULL REFERENCES accounts (id),
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  contract_version_id UUID NOT NULL REFERENCES contract_versions (id),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('delivered','awaiting_outcome','appointment_held','sold','lapsed','disputed','settled','refunded')),
  currency TEXT COLLATE "C" NOT NULL,
  price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
  commission_minor BIGINT NOT NULL,
  explanation TEXT COLLATE "C" NOT NULL,
  purchased_at BIGINT NOT NULL,
  final_at BIGINT NOT NULL,
  lapse_at BIGINT,
  settled_at BIGINT,
  opened_at BIGINT,
  CONSTRAINT purchases_commission CHECK (commission_minor BETWEEN 0 AND price_minor),
  CONSTRAINT purchases_once UNIQUE (lead_id, buyer_id)
);
CREATE INDEX purchases_buyer ON purchases (buyer_id, purchased_at);
CREATE INDEX purchases_seller ON purchases (seller_id, purchased_at);
CREATE INDEX purchases_request ON purchases (request_id, purchased_at);
CREATE INDEX purchases_final ON purchases (final_at) WHERE settled_at IS NULL;
CREATE INDEX purchases_lapse ON purchases (lapse_at) WHERE lapse_at IS NOT NULL;
CREATE TABLE deliveries (
  id UUID PRIMARY KEY NOT NULL,
  purchase_id UUID NOT NULL REFERENCES purchases (id),
  channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email')),
  recipient TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued','delivered','failed')),
  attempts INTEGER NOT NULL,
  last_error TEXT COLLATE "C",
  queued_at BIGINT NOT NULL,
  delivered_at BIGINT
);
CREATE INDEX deliveries_purchase ON deliveries (purchase_id);

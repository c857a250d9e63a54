CREATE TABLE audit_policy (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  seed TEXT COLLATE "C" NOT NULL,
  start_share_bps INTEGER NOT NULL,
  least_share_bps INTEGER NOT NULL CHECK (least_share_bps BETWEEN 0 AND 10000),
  most_share_bps INTEGER NOT NULL CHECK (most_share_bps BETWEEN 0 AND 10000),
  first_leads INTEGER NOT NULL CHECK (first_leads BETWEEN 0 AND 1000),
  low_standing INTEGER NOT NULL CHECK (low_standing BETWEEN 0 AND 100),
  burst_leads INTEGER NOT NULL CHECK (burst_leads BETWEEN 1 AND 100000),
  looked_at BIGINT NOT NULL,
  looked_id UUID NOT NULL,
  CONSTRAINT audit_policy_shares CHECK (start_share_bps BETWEEN least_share_bps AND most_share_bps)
);
INSERT INTO audit_policy (id, seed, start_share_bps, least_share_bps, most_share_bps, first_leads, low_standing, burst_leads, looked_at, looked_id)
  SELECT 1, replace(gen_random_uuid()::text, '-', ''), 500, 100, 10000, 10, 60, 100, COALESCE(MAX(received_at), 0), COALESCE((SELECT id FROM leads ORDER BY received_at DESC, id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000'::uuid) FROM leads;
CREATE TABLE lead_audits (
  id UUID PRIMARY KEY NOT NULL,
  lead_id UUID NOT NULL REFERENCES leads (id),
  seller_id UUID NOT NULL REFERENCES accounts (id),
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  why TEXT COLLATE "C" NOT NULL CHECK (why IN ('newcomer','random','risk')),
  risk INTEGER NOT NULL CHECK (risk BETWEEN 0 AND 4),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued','taken','passed','rejected','refunded')),
  drawn_at BIGINT NOT NULL,
  taken_by UUID REFERENCES users (id),
  taken_at BIGINT,
  decided_at BIGINT,
  findings TEXT COLLATE "C",
  refunds INTEGER NOT NULL CHECK (refunds >= 0),
  master_key_id TEXT COLLATE "C",
  wrapped_key BYTEA,
  sealed BYTEA,
  CONSTRAINT lead_audits_once UNIQUE (lead_id),
  CONSTRAINT lead_audits_taken CHECK ((state = 'queued') = (taken_by IS NULL) AND (taken_by IS NULL) = (taken_at IS NULL)),
  CONSTRAINT lead_audits_decided CHECK ((state IN ('passed','rejected','refunded')) = (decided_at IS NOT NULL) AND (decided_at IS NULL) = (findings IS NULL) AND (decided_at IS NULL) = (sealed IS NULL)),
  CONSTRAINT lead_audits_note CHECK ((sealed IS NULL) = (master_key_id IS NULL) AND (sealed IS NULL) = (wrapped_key IS NULL))
);
CREATE INDEX lead_audits_queue ON lead_audits (state, risk, drawn_at);
CREATE INDEX lead_audits_seller ON lead_audits (seller_id, vertical_id, state);
CREATE TABLE audit_shares (
  seller_id UUID PRIMARY KEY NOT NULL REFERENCES accounts (id),
  share_bps INTEGER NOT NULL CHECK (share_bps BETWEEN 0 AND 10000),
  passes_in_row INTEGER NOT NULL CHECK (passes_in_row >= 0),
  updated_at BIGINT NOT NULL
);

ALTER TABLE purchase_requests ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0);
ALTER TABLE purchase_requests ADD COLUMN held_minor INTEGER NOT NULL DEFAULT 0 CHECK (held_minor >= 0);
CREATE TABLE pings (
  id BLOB PRIMARY KEY NOT NULL,
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  state TEXT NOT NULL CHECK (state IN ('bid','posted','lost','expired','refused')),
  external_id TEXT,
  keep INTEGER NOT NULL CHECK (keep IN (0, 1)),
  given TEXT NOT NULL,
  email_hash BLOB,
  phone_hash BLOB,
  reason INTEGER,
  gates TEXT NOT NULL,
  request_id BLOB REFERENCES purchase_requests (id),
  buyer_id BLOB REFERENCES accounts (id),
  model TEXT,
  currency TEXT,
  price_minor INTEGER,
  earning_minor INTEGER,
  held_minor INTEGER CHECK (held_minor >= 0),
  bid TEXT,
  lead_id BLOB REFERENCES leads (id),
  purchase_id BLOB REFERENCES purchases (id),
  created_at INTEGER NOT NULL,
  held_until INTEGER,
  ended_at INTEGER,
  CONSTRAINT pings_bid CHECK ((state = 'refused') = (request_id IS NULL) AND (request_id IS NULL) = (buyer_id IS NULL) AND (request_id IS NULL) = (currency IS NULL) AND (request_id IS NULL) = (price_minor IS NULL) AND (request_id IS NULL) = (earning_minor IS NULL) AND (request_id IS NULL) = (held_minor IS NULL) AND (request_id IS NULL) = (bid IS NULL) AND (request_id IS NULL) = (model IS NULL) AND (request_id IS NULL) = (held_until IS NULL)),
  CONSTRAINT pings_ended CHECK ((state = 'bid') = (ended_at IS NULL) AND (state = 'bid' OR (given = '{}' AND email_hash IS NULL AND phone_hash IS NULL))),
  CONSTRAINT pings_reason CHECK ((state IN ('lost','refused')) = (reason IS NOT NULL)),
  CONSTRAINT pings_posted CHECK ((state = 'posted') = (purchase_id IS NOT NULL) AND (purchase_id IS NULL OR lead_id IS NOT NULL))
) STRICT;
CREATE INDEX pings_due ON pings (held_until, id) WHERE state = 'bid';
CREATE INDEX pings_open ON pings (seller_id, email_hash, phone_hash) WHERE state = 'bid';
CREATE INDEX pings_of_request ON pings (request_id) WHERE state = 'bid';
CREATE INDEX pings_seller ON pings (seller_id, created_at, id);
CREATE INDEX pings_counted ON pings (created_at, seller_id, state);
CREATE TABLE ping_policy (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  hold_seconds INTEGER NOT NULL CHECK (hold_seconds BETWEEN 5 AND 600),
  most_open INTEGER NOT NULL CHECK (most_open BETWEEN 1 AND 100000),
  least_posted_bps INTEGER NOT NULL CHECK (least_posted_bps BETWEEN 0 AND 10000),
  least_bids INTEGER NOT NULL CHECK (least_bids BETWEEN 1 AND 1000000),
  pause_minutes INTEGER NOT NULL CHECK (pause_minutes BETWEEN 1 AND 10080)
) STRICT;
INSERT INTO ping_policy (id, hold_seconds, most_open, least_posted_bps, least_bids, pause_minutes) VALUES (1, 60, 1000, 100, 1000, 60);
CREATE TABLE ping_pauses (
  seller_id BLOB PRIMARY KEY NOT NULL REFERENCES accounts (id),
  paused_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL,
  bids INTEGER NOT NULL,
  posts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

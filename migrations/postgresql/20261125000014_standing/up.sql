CREATE TABLE standings (
  account_id UUID PRIMARY KEY NOT NULL REFERENCES accounts (id),
  score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
  counts TEXT NOT NULL,
  computed_at BIGINT NOT NULL
);
CREATE INDEX standings_computed ON standings (computed_at);
CREATE TABLE standing_steps (
  least_score INTEGER PRIMARY KEY NOT NULL CHECK (least_score BETWEEN 0 AND 100),
  rank_bps INTEGER NOT NULL CHECK (rank_bps BETWEEN -1000 AND 1000),
  reserve_bps INTEGER NOT NULL CHECK (reserve_bps BETWEEN 0 AND 5000),
  reserve_days INTEGER NOT NULL CHECK (reserve_days BETWEEN 1 AND 180),
  delay_days INTEGER NOT NULL CHECK (delay_days BETWEEN 0 AND 60)
);
INSERT INTO standing_steps (least_score, rank_bps, reserve_bps, reserve_days, delay_days) VALUES
  (0, -300, 1000, 60, 7),
  (40, -100, 500, 60, 3),
  (60, 0, 0, 60, 0),
  (80, 100, 0, 60, 0);
CREATE TABLE reserves (
  source_type TEXT NOT NULL CHECK (source_type IN ('purchase','charge')),
  source_id UUID NOT NULL,
  seller_id UUID NOT NULL REFERENCES accounts (id),
  currency TEXT NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  release_at BIGINT NOT NULL,
  released_at BIGINT,
  released_minor BIGINT,
  PRIMARY KEY (source_type, source_id),
  CONSTRAINT reserves_released CHECK ((released_at IS NULL) = (released_minor IS NULL))
);
CREATE INDEX reserves_due ON reserves (release_at) WHERE released_at IS NULL;
CREATE INDEX reserves_seller ON reserves (seller_id, release_at) WHERE released_at IS NULL;

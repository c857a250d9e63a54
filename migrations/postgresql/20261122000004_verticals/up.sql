CREATE TABLE verticals (
  id UUID PRIMARY KEY NOT NULL,
  key TEXT COLLATE "C" NOT NULL CONSTRAINT verticals_key UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL,
  commission_bps INTEGER NOT NULL CHECK (commission_bps BETWEEN 0 AND 10000),
  duplicate_window_days INTEGER NOT NULL CHECK (duplicate_window_days BETWEEN 1 AND 3650),
  consent_max_age_days INTEGER NOT NULL CHECK (consent_max_age_days BETWEEN 1 AND 3650),
  dispute_window_days INTEGER NOT NULL CHECK (dispute_window_days BETWEEN 1 AND 90),
  listing_days INTEGER NOT NULL CHECK (listing_days BETWEEN 1 AND 365),
  max_copies INTEGER NOT NULL CHECK (max_copies BETWEEN 1 AND 10),
  min_age INTEGER NOT NULL CHECK (min_age BETWEEN 18 AND 120),
  held_prior_bps INTEGER NOT NULL CHECK (held_prior_bps BETWEEN 1 AND 9999),
  sale_prior_bps INTEGER NOT NULL CHECK (sale_prior_bps BETWEEN 1 AND 9999),
  prior_weight INTEGER NOT NULL CHECK (prior_weight BETWEEN 1 AND 10000),
  created_at BIGINT NOT NULL
);
CREATE TABLE vertical_attributes (
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  key TEXT COLLATE "C" NOT NULL,
  position INTEGER NOT NULL,
  label TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('text','integer','boolean','choice')),
  required BOOLEAN NOT NULL,
  filterable BOOLEAN NOT NULL,
  personal BOOLEAN NOT NULL,
  allowed_values TEXT COLLATE "C" NOT NULL,
  min_value BIGINT,
  max_value BIGINT,
  PRIMARY KEY (vertical_id, key)
);

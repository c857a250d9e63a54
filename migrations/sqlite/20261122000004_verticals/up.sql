CREATE TABLE verticals (
  id BLOB PRIMARY KEY NOT NULL,
  key TEXT NOT NULL CONSTRAINT verticals_key UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
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
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE vertical_attributes (
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  key TEXT NOT NULL,
  position INTEGER NOT NULL,
  label TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('text','integer','boolean','choice')),
  required INTEGER NOT NULL CHECK (required IN (0, 1)),
  filterable INTEGER NOT NULL CHECK (filterable IN (0, 1)),
  personal INTEGER NOT NULL CHECK (personal IN (0, 1)),
  allowed_values TEXT NOT NULL,
  min_value INTEGER,
  max_value INTEGER,
  PRIMARY KEY (vertical_id, key)
) STRICT, WITHOUT ROWID;

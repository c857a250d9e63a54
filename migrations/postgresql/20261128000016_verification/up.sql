ALTER TABLE leads ADD COLUMN quality INTEGER NOT NULL DEFAULT 100 CHECK (quality BETWEEN 0 AND 100);
ALTER TABLE leads ADD COLUMN ruling TEXT COLLATE "C";
ALTER TABLE purchase_requests ADD COLUMN min_quality INTEGER NOT NULL DEFAULT 0 CHECK (min_quality BETWEEN 0 AND 100);
ALTER TABLE lead_checks DROP CONSTRAINT lead_checks_verdict_check;
ALTER TABLE lead_checks ADD CONSTRAINT lead_checks_verdict_check CHECK (verdict IN ('pass','warn','fail','not_checked'));
ALTER TABLE lead_checks ADD COLUMN position INTEGER NOT NULL DEFAULT 9;
ALTER TABLE lead_checks ADD COLUMN effect TEXT COLLATE "C" NOT NULL DEFAULT 'note' CHECK (effect IN ('note','lower','quarantine','reject'));
ALTER TABLE lead_checks ADD COLUMN points INTEGER NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 200);
UPDATE lead_checks SET
  position = CASE name WHEN 'phone' THEN 1 WHEN 'email' THEN 3 WHEN 'person' THEN 5 WHEN 'age' THEN 7 WHEN 'consent' THEN 8 ELSE 9 END,
  name = CASE
    WHEN name = 'person' THEN 'name'
    WHEN name = 'email' AND code = 'role_address' THEN 'email_role'
    WHEN name = 'email' THEN 'email_disposable'
    WHEN name = 'phone' AND code = 'phone_country_differs' THEN 'phone_region'
    ELSE name
  END;
CREATE TABLE verification_settings (
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  version INTEGER NOT NULL CHECK (version > 0),
  settings TEXT COLLATE "C" NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (vertical_id, version)
);
CREATE TABLE data_sets (
  name TEXT COLLATE "C" NOT NULL CHECK (name IN ('disposable_domains','role_names','test_names','postal_formats','postal_regions','phone_areas')),
  version INTEGER NOT NULL CHECK (version > 0),
  line_count INTEGER NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (name, version)
);
CREATE TABLE source_marks (
  hash BYTEA NOT NULL,
  at BIGINT NOT NULL,
  lead_id UUID NOT NULL,
  PRIMARY KEY (hash, at, lead_id)
);
CREATE INDEX source_marks_at ON source_marks (at);

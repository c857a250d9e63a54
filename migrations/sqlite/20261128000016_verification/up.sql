ALTER TABLE leads ADD COLUMN quality INTEGER NOT NULL DEFAULT 100 CHECK (quality BETWEEN 0 AND 100);
ALTER TABLE leads ADD COLUMN ruling TEXT;
ALTER TABLE purchase_requests ADD COLUMN min_quality INTEGER NOT NULL DEFAULT 0 CHECK (min_quality BETWEEN 0 AND 100);
CREATE TABLE newer_lead_checks (
  lead_id BLOB NOT NULL REFERENCES leads (id),
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('pass','warn','fail','not_checked')),
  code TEXT,
  detail TEXT,
  effect TEXT NOT NULL CHECK (effect IN ('note','lower','quarantine','reject')),
  points INTEGER NOT NULL CHECK (points BETWEEN 0 AND 200),
  at INTEGER NOT NULL,
  PRIMARY KEY (lead_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO newer_lead_checks (lead_id, name, position, verdict, code, detail, effect, points, at)
SELECT lead_id,
  CASE
    WHEN name = 'person' THEN 'name'
    WHEN name = 'email' AND code = 'role_address' THEN 'email_role'
    WHEN name = 'email' THEN 'email_disposable'
    WHEN name = 'phone' AND code = 'phone_country_differs' THEN 'phone_region'
    ELSE name
  END,
  CASE name WHEN 'phone' THEN 1 WHEN 'email' THEN 3 WHEN 'person' THEN 5 WHEN 'age' THEN 7 WHEN 'consent' THEN 8 ELSE 9 END,
  verdict, code, detail, 'note', 0, at
FROM lead_checks;
DROP TABLE lead_checks;
ALTER TABLE newer_lead_checks RENAME TO lead_checks;
CREATE TABLE verification_settings (
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  version INTEGER NOT NULL CHECK (version > 0),
  settings TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (vertical_id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE data_sets (
  name TEXT NOT NULL CHECK (name IN ('disposable_domains','role_names','test_names','postal_formats','postal_regions','phone_areas')),
  version INTEGER NOT NULL CHECK (version > 0),
  line_count INTEGER NOT NULL,
  digest TEXT NOT NULL,
  source TEXT NOT NULL,
  content TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (name, version)
) STRICT;
CREATE TABLE source_marks (
  hash BLOB NOT NULL,
  at INTEGER NOT NULL,
  lead_id BLOB NOT NULL,
  PRIMARY KEY (hash, at, lead_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_marks_at ON source_marks (at);

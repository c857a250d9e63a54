DROP TABLE source_marks;
DROP TABLE data_sets;
DROP TABLE verification_settings;
CREATE TABLE older_lead_checks (
  lead_id BLOB NOT NULL REFERENCES leads (id),
  name TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('pass','warn','fail')),
  code TEXT,
  detail TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (lead_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO older_lead_checks (lead_id, name, verdict, code, detail, at)
SELECT lead_id, name, verdict, code, detail, at FROM lead_checks WHERE verdict <> 'not_checked';
DROP TABLE lead_checks;
ALTER TABLE older_lead_checks RENAME TO lead_checks;
ALTER TABLE purchase_requests DROP COLUMN min_quality;
ALTER TABLE leads DROP COLUMN ruling;
ALTER TABLE leads DROP COLUMN quality;

CREATE TABLE older_lead_checks (
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
INSERT INTO older_lead_checks (lead_id, name, position, verdict, code, detail, effect, points, at)
SELECT lead_id, value ->> 0, key, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
FROM lead_checks, json_each(lead_checks.checks);
DROP TABLE lead_checks;
ALTER TABLE older_lead_checks RENAME TO lead_checks;

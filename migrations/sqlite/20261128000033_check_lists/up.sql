-- The checks of a lead as one row: they are written and read together, and a row each was half of a receipt.
CREATE TABLE newer_lead_checks (
  lead_id BLOB PRIMARY KEY NOT NULL REFERENCES leads (id),
  warnings INTEGER NOT NULL CHECK (warnings >= 0),
  checks TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO newer_lead_checks (lead_id, warnings, checks)
SELECT lead_id, sum(verdict = 'warn'),
  json_group_array(json_array(name, verdict, code, detail, effect, points, at))
FROM (SELECT * FROM lead_checks ORDER BY lead_id, position, name)
GROUP BY lead_id;
DROP TABLE lead_checks;
ALTER TABLE newer_lead_checks RENAME TO lead_checks;

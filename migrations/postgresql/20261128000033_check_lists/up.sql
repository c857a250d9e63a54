-- The checks of a lead as one row: they are written and read together, and a row each was half of a receipt.
CREATE TABLE newer_lead_checks (
  lead_id UUID PRIMARY KEY NOT NULL REFERENCES leads (id),
  warnings INTEGER NOT NULL CHECK (warnings >= 0),
  checks TEXT COLLATE "C" NOT NULL
);
INSERT INTO newer_lead_checks (lead_id, warnings, checks)
SELECT lead_id, count(*) FILTER (WHERE verdict = 'warn'),
  json_agg(json_build_array(name, verdict, code, detail, effect, points, at) ORDER BY position, name)::text
FROM lead_checks
GROUP BY lead_id;
DROP TABLE lead_checks;
ALTER TABLE newer_lead_checks RENAME TO lead_checks;
ALTER INDEX newer_lead_checks_pkey RENAME TO lead_checks_pkey;

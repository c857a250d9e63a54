CREATE TABLE older_lead_checks (
  lead_id UUID NOT NULL REFERENCES leads (id),
  name TEXT COLLATE "C" NOT NULL,
  position INTEGER NOT NULL,
  verdict TEXT COLLATE "C" NOT NULL CHECK (verdict IN ('pass','warn','fail','not_checked')),
  code TEXT COLLATE "C",
  detail TEXT COLLATE "C",
  effect TEXT COLLATE "C" NOT NULL CHECK (effect IN ('note','lower','quarantine','reject')),
  points INTEGER NOT NULL CHECK (points BETWEEN 0 AND 200),
  at BIGINT NOT NULL,
  PRIMARY KEY (lead_id, name)
);
INSERT INTO older_lead_checks (lead_id, name, position, verdict, code, detail, effect, points, at)
SELECT lead_id, value ->> 0, (place - 1)::integer, value ->> 1, value ->> 2, value ->> 3, value ->> 4,
  (value ->> 5)::integer, (value ->> 6)::bigint
FROM lead_checks, json_array_elements(lead_checks.checks::json) WITH ORDINALITY AS each_check (value, place);
DROP TABLE lead_checks;
ALTER TABLE older_lead_checks RENAME TO lead_checks;
ALTER INDEX older_lead_checks_pkey RENAME TO lead_checks_pkey;

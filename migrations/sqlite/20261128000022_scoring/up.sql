ALTER TABLE leads ADD COLUMN stage TEXT NOT NULL DEFAULT 'lead' CHECK (stage IN ('lead','mql','sql'));
UPDATE leads SET stage = CASE WHEN score >= 80 THEN 'sql' WHEN score >= 50 THEN 'mql' ELSE 'lead' END;
CREATE TABLE score_models (
  id BLOB PRIMARY KEY NOT NULL,
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  version INTEGER NOT NULL CHECK (version > 0),
  state TEXT NOT NULL CHECK (state IN ('draft','tested','live','retired')),
  formula TEXT NOT NULL,
  made_by BLOB REFERENCES users (id),
  made_at INTEGER NOT NULL,
  trial TEXT,
  live_at INTEGER,
  retired_at INTEGER,
  moves_leads INTEGER NOT NULL CHECK (moves_leads IN (0, 1)),
  CONSTRAINT score_models_version UNIQUE (vertical_id, version),
  CONSTRAINT score_models_trial CHECK (state <> 'tested' OR trial IS NOT NULL),
  CONSTRAINT score_models_live CHECK ((live_at IS NOT NULL) OR state <> 'live')
) STRICT;
CREATE UNIQUE INDEX score_models_one_live ON score_models (vertical_id) WHERE state = 'live';
CREATE UNIQUE INDEX score_models_one_draft ON score_models (vertical_id) WHERE state IN ('draft','tested');
CREATE TABLE lead_scores (
  lead_id BLOB PRIMARY KEY NOT NULL REFERENCES leads (id),
  model_id BLOB NOT NULL REFERENCES score_models (id),
  points INTEGER NOT NULL,
  carried_points INTEGER NOT NULL,
  parts TEXT NOT NULL,
  bant TEXT NOT NULL,
  event_count INTEGER NOT NULL CHECK (event_count >= 0),
  changes_at INTEGER,
  computed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_scores_clock ON lead_scores (changes_at) WHERE changes_at IS NOT NULL;
CREATE INDEX lead_scores_model ON lead_scores (model_id);
CREATE TABLE lead_events (
  id BLOB PRIMARY KEY NOT NULL,
  lead_id BLOB NOT NULL REFERENCES leads (id),
  external_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('visit','email_opened','link_clicked','form_sent','newsletter','consultation','unsubscribed')),
  count INTEGER NOT NULL CHECK (count > 0),
  source TEXT NOT NULL CHECK (source IN ('receipt','api','link','pixel')),
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT lead_events_once UNIQUE (lead_id, external_id)
) STRICT;
CREATE TABLE link_hosts (
  seller_id BLOB NOT NULL REFERENCES accounts (id),
  host TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (seller_id, host)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER score_models_fixed BEFORE UPDATE OF formula, version, vertical_id ON score_models WHEN OLD.state IN ('live','retired') BEGIN SELECT RAISE(ABORT, 'a version that was live does not change'); END;

ALTER TABLE leads ADD COLUMN stage TEXT COLLATE "C" NOT NULL DEFAULT 'lead' CHECK (stage IN ('lead','mql','sql'));
UPDATE leads SET stage = CASE WHEN score >= 80 THEN 'sql' WHEN score >= 50 THEN 'mql' ELSE 'lead' END;
CREATE TABLE score_models (
  id UUID PRIMARY KEY NOT NULL,
  vertical_id UUID NOT NULL REFERENCES verticals (id),
  version INTEGER NOT NULL CHECK (version > 0),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft','tested','live','retired')),
  formula TEXT COLLATE "C" NOT NULL,
  made_by UUID REFERENCES users (id),
  made_at BIGINT NOT NULL,
  trial TEXT COLLATE "C",
  live_at BIGINT,
  retired_at BIGINT,
  moves_leads BOOLEAN NOT NULL,
  CONSTRAINT score_models_version UNIQUE (vertical_id, version),
  CONSTRAINT score_models_trial CHECK (state <> 'tested' OR trial IS NOT NULL),
  CONSTRAINT score_models_live CHECK ((live_at IS NOT NULL) OR state <> 'live')
);
CREATE UNIQUE INDEX score_models_one_live ON score_models (vertical_id) WHERE state = 'live';
CREATE UNIQUE INDEX score_models_one_draft ON score_models (vertical_id) WHERE state IN ('draft','tested');
CREATE TABLE lead_scores (
  lead_id UUID PRIMARY KEY NOT NULL REFERENCES leads (id),
  model_id UUID NOT NULL REFERENCES score_models (id),
  points INTEGER NOT NULL,
  carried_points INTEGER NOT NULL,
  parts TEXT COLLATE "C" NOT NULL,
  bant TEXT COLLATE "C" NOT NULL,
  event_count INTEGER NOT NULL CHECK (event_count >= 0),
  changes_at BIGINT,
  computed_at BIGINT NOT NULL
);
CREATE INDEX lead_scores_clock ON lead_scores (changes_at) WHERE changes_at IS NOT NULL;
CREATE INDEX lead_scores_model ON lead_scores (model_id);
CREATE TABLE lead_events (
  id UUID PRIMARY KEY NOT NULL,
  lead_id UUID NOT NULL REFERENCES leads (id),
  external_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('visit','email_opened','link_clicked','form_sent','newsletter','consultation','unsubscribed')),
  count INTEGER NOT NULL CHECK (count > 0),
  source TEXT COLLATE "C" NOT NULL CHECK (source IN ('receipt','api','link','pixel')),
  at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  CONSTRAINT lead_events_once UNIQUE (lead_id, external_id)
);
CREATE TABLE link_hosts (
  seller_id UUID NOT NULL REFERENCES accounts (id),
  host TEXT COLLATE "C" NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (seller_id, host)
);
CREATE TRIGGER score_models_fixed BEFORE UPDATE OF formula, version, vertical_id ON score_models FOR EACH ROW WHEN (OLD.state IN ('live','retired')) EXECUTE FUNCTION refuse_change();

CREATE TABLE audit_log (
  id UUID PRIMARY KEY NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  account_id UUID,
  action TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C" NOT NULL,
  request_id TEXT COLLATE "C"
);
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_subject ON audit_log (subject, at);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE seals (
  chain TEXT COLLATE "C" NOT NULL CHECK (chain IN ('ledger','audit')),
  seq BIGINT NOT NULL,
  root BYTEA NOT NULL,
  previous_root BYTEA NOT NULL,
  items BIGINT NOT NULL,
  sealed_at BIGINT NOT NULL,
  PRIMARY KEY (chain, seq)
);
CREATE TRIGGER seals_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE seal_members (
  chain TEXT COLLATE "C" NOT NULL,
  item_id UUID NOT NULL,
  seq BIGINT NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (chain, item_id),
  FOREIGN KEY (chain, seq) REFERENCES seals (chain, seq)
);
CREATE UNIQUE INDEX seal_members_order ON seal_members (chain, seq, position);
CREATE TRIGGER seal_members_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_members FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE jobs (
  id UUID PRIMARY KEY NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  payload TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued','running','done','dead')),
  run_at BIGINT NOT NULL,
  lease_until BIGINT,
  attempts INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  last_error TEXT COLLATE "C",
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX jobs_due ON jobs (state, run_at);

CREATE TABLE audit_log (
  id BLOB PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  account_id BLOB,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  request_id TEXT
) STRICT;
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_subject ON audit_log (subject, at);
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TABLE seals (
  chain TEXT NOT NULL CHECK (chain IN ('ledger','audit')),
  seq INTEGER NOT NULL,
  root BLOB NOT NULL,
  previous_root BLOB NOT NULL,
  items INTEGER NOT NULL,
  sealed_at INTEGER NOT NULL,
  PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals BEGIN SELECT RAISE(ABORT, 'seals is append-only'); END;
CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, 'seals is append-only'); END;
CREATE TABLE seal_members (
  chain TEXT NOT NULL,
  item_id BLOB NOT NULL,
  seq INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (chain, item_id),
  FOREIGN KEY (chain, seq) REFERENCES seals (chain, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX seal_members_order ON seal_members (chain, seq, position);
CREATE TRIGGER seal_members_no_update BEFORE UPDATE ON seal_members BEGIN SELECT RAISE(ABORT, 'seal_members is append-only'); END;
CREATE TRIGGER seal_members_no_delete BEFORE DELETE ON seal_members BEGIN SELECT RAISE(ABORT, 'seal_members is append-only'); END;
CREATE TABLE jobs (
  id BLOB PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued','running','done','dead')),
  run_at INTEGER NOT NULL,
  lease_until INTEGER,
  attempts INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX jobs_due ON jobs (state, run_at);

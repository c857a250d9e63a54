ALTER TABLE seal_members ADD COLUMN leaf BYTEA;
ALTER TABLE audit_log ADD COLUMN address TEXT COLLATE "C";
CREATE INDEX audit_log_actor ON audit_log (actor, at);
CREATE INDEX audit_log_account ON audit_log (account_id, at);

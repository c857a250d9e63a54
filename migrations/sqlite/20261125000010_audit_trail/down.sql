DROP INDEX audit_log_account;
DROP INDEX audit_log_actor;
ALTER TABLE audit_log DROP COLUMN address;
ALTER TABLE seal_members DROP COLUMN leaf;

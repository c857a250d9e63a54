DROP INDEX dispute_entries_dispute;
ALTER TABLE dispute_entries DROP COLUMN place;
CREATE INDEX dispute_entries_dispute ON dispute_entries (dispute_id, at);

ALTER TABLE dispute_entries ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
DROP INDEX dispute_entries_dispute;
CREATE INDEX dispute_entries_dispute ON dispute_entries (dispute_id, place);

DROP TABLE dispute_files;
DROP TABLE dispute_entries;
DROP TABLE dispute_findings;
DROP TABLE dispute_decisions;
DROP TABLE disputes;
ALTER TABLE contract_versions DROP COLUMN dispute_rules;
ALTER TABLE verticals DROP COLUMN dispute_rules;

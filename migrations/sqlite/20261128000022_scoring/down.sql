DROP TABLE link_hosts;
DROP TABLE lead_events;
DROP TABLE lead_scores;
DROP TABLE score_models;
ALTER TABLE leads DROP COLUMN stage;

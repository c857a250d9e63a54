DROP TABLE request_alerts;
DROP TABLE request_cap_counters;
DROP TABLE request_changes;
DROP TABLE purchase_requests;
DROP TABLE contract_versions;
DROP TABLE contracts;
DROP TABLE icps;

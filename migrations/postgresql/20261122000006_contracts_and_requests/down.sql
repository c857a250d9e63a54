DROP TABLE request_cap_counters;
DROP TABLE request_changes;
DROP TABLE purchase_requests;
DROP TABLE contract_versions;
DROP TABLE contracts;

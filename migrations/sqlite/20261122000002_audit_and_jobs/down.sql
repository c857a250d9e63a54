DROP TABLE jobs;
DROP TABLE seal_members;
DROP TABLE seals;
DROP TABLE audit_log;

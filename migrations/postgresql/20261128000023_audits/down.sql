DROP TABLE audit_shares;
DROP TABLE lead_audits;
DROP TABLE audit_policy;

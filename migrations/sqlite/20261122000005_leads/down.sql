DROP TABLE refused_leads;
DROP TABLE import_files;
DROP TABLE imports;
DROP TABLE contact_claims;
DROP TABLE lead_checks;
DROP TABLE lead_consents;
DROP TABLE lead_contacts;
DROP TABLE leads;

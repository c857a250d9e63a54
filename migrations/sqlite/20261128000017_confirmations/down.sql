DROP TABLE lead_confirmations;

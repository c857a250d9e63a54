DROP INDEX leads_in_clear;
ALTER TABLE lead_contacts DROP COLUMN wanted;

ALTER TABLE leads DROP COLUMN aged_percent;
ALTER TABLE leads DROP COLUMN first_ask_minor;

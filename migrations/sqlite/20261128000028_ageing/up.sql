-- The ask before it fell with age, and the per cent of it that the ask has fallen to.
ALTER TABLE leads ADD COLUMN first_ask_minor INTEGER CHECK (first_ask_minor > 0);
ALTER TABLE leads ADD COLUMN aged_percent INTEGER NOT NULL DEFAULT 100 CHECK (aged_percent BETWEEN 1 AND 100);

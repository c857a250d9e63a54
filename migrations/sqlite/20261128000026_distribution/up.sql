ALTER TABLE verticals ADD COLUMN selling TEXT NOT NULL DEFAULT '{"distribution":"price","pricing":"first","ageing":[]}';
ALTER TABLE verticals ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1));
CREATE TABLE buyer_shares (
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  buyer_id BLOB NOT NULL REFERENCES accounts (id),
  tier INTEGER NOT NULL CHECK (tier BETWEEN 1 AND 9),
  weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 1000),
  PRIMARY KEY (vertical_id, buyer_id)
);
CREATE INDEX buyer_shares_buyer ON buyer_shares (buyer_id);
-- A day's seed is sealed until the day is over, then published; its hash is there from the beginning.
CREATE TABLE draws (
  day INTEGER PRIMARY KEY NOT NULL,
  commitment TEXT NOT NULL,
  master_key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  seed TEXT,
  created_at INTEGER NOT NULL,
  published_at INTEGER
);
-- What a decision saw and did: no data of the person.
CREATE TABLE decisions (
  id BLOB PRIMARY KEY NOT NULL,
  lead_id BLOB NOT NULL REFERENCES leads (id),
  vertical_id BLOB NOT NULL REFERENCES verticals (id),
  at INTEGER NOT NULL,
  day INTEGER NOT NULL REFERENCES draws (day),
  body TEXT NOT NULL,
  digest TEXT NOT NULL
);
CREATE INDEX decisions_lead ON decisions (lead_id);
CREATE INDEX decisions_at ON decisions (at);

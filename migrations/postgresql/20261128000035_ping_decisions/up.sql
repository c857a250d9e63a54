-- What the choice of a held bid was made from, as long as the bid is held; the sale keeps it as a decision.
ALTER TABLE pings ADD COLUMN decided TEXT COLLATE "C";

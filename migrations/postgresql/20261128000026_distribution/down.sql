DROP TABLE decisions;
DROP TABLE draws;
DROP TABLE buyer_shares;
ALTER TABLE verticals DROP COLUMN stopped;
ALTER TABLE verticals DROP COLUMN selling;

-- The active requests by id, with their versions: servers compare them with what they have in memory, a page after
-- the other. By the state alone each page would read and sort all of them.
CREATE INDEX purchase_requests_by_id ON purchase_requests (state, id, version);

-- The open bids of a seller, with all that is asked of them: without the state SQLite would rather read every ping
-- that the seller ever made.
DROP INDEX pings_open;
CREATE INDEX pings_open ON pings (seller_id, state, vertical_id, email_hash, phone_hash) WHERE state = 'bid';

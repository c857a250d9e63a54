DROP INDEX pings_open;
CREATE INDEX pings_open ON pings (seller_id, email_hash, phone_hash) WHERE state = 'bid';
DROP INDEX purchase_requests_by_id;

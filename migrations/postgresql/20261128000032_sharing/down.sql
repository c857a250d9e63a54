ALTER TABLE purchase_requests DROP COLUMN shared_bids;

-- What a request bids for a lead that others get too, by the number of buyers.
ALTER TABLE purchase_requests ADD COLUMN shared_bids TEXT NOT NULL DEFAULT '[]';

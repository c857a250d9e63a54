DROP TABLE ping_pauses;
DROP TABLE ping_policy;
DROP TABLE pings;
ALTER TABLE purchase_requests DROP COLUMN held_minor;
ALTER TABLE purchase_requests DROP COLUMN held;

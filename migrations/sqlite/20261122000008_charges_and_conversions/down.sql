DROP TABLE purchase_notes;
DROP TABLE purchase_work;
DROP TABLE conversions;
DROP TABLE charges;

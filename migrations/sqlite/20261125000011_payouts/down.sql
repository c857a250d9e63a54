DROP TABLE commission_invoices;
DROP TABLE invoice_months;
DROP TABLE invoice_series;
DROP TABLE payouts;
DROP TABLE payout_batches;
DROP TABLE payout_minimums;
DROP TABLE payout_settings;
DROP TABLE bank_details;

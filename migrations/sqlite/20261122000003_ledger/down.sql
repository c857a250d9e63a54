DROP TABLE deposits;
DROP TABLE holds;
DROP TABLE ledger_entries;
DROP TABLE ledger_postings;
DROP TABLE ledger_accounts;

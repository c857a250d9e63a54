DROP TABLE suppressions;
DROP TABLE contact_hashes;

-- What a person wants, in free words that may name somebody: sealed under the data key of the contact.
-- leads.interest and leads.timeline hold what early versions kept in clear until it is sealed, and nothing else.
ALTER TABLE lead_contacts ADD COLUMN wanted BLOB;
CREATE INDEX leads_in_clear ON leads (id) WHERE interest <> '';

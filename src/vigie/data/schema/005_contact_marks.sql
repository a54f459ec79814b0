-- Marks of contacts, by which reposts can be counted. Empty unless the owner asks for them (`vigie add --count-contacts`).
-- The table is in no export: see vigie.store.marks.

CREATE TABLE contact_marks (
    doc_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    mark VARCHAR NOT NULL,
    key_id VARCHAR NOT NULL,
    times INTEGER NOT NULL
);
COMMENT ON TABLE contact_marks IS 'Keyed marks of contacts that were removed; only where the owner counts contacts, and never exported';
COMMENT ON COLUMN contact_marks.doc_id IS 'Document that held the contact';
COMMENT ON COLUMN contact_marks.kind IS 'phone, email, handle, invite, onion, url, wallet, iban, card';
COMMENT ON COLUMN contact_marks.mark IS 'HMAC-SHA256 of the canonical form of the contact, 64 hex figures; the key is not in the store';
COMMENT ON COLUMN contact_marks.key_id IS 'First 12 hex figures of a hash of the key; marks of two keys cannot be compared';
COMMENT ON COLUMN contact_marks.times IS 'How often the document held it';

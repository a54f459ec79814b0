-- Erasure: what was erased (counts), what must not come back (salted), whether the file still has to be rewritten.

CREATE TABLE erasures (
    erasure_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    made TIMESTAMP NOT NULL,
    documents INTEGER NOT NULL,
    mentions INTEGER NOT NULL,
    rewritten TIMESTAMP
);
COMMENT ON TABLE erasures IS 'What was erased, in counts: never what or whom';
COMMENT ON COLUMN erasures.erasure_id IS 'Number of the erasure, from 1';
COMMENT ON COLUMN erasures.run_id IS 'Run that did it';
COMMENT ON COLUMN erasures.kind IS 'source, document, before, subject, tombstones (kept-out content found again), reredact, retention, contacts (their marks)';
COMMENT ON COLUMN erasures.made IS 'UTC';
COMMENT ON COLUMN erasures.documents IS 'Documents erased, changed (subject, reredact) or whose text expired (retention)';
COMMENT ON COLUMN erasures.mentions IS 'Mentions replaced by a placeholder';
COMMENT ON COLUMN erasures.rewritten IS 'UTC; when the file was written anew without it; empty while its bytes may still be in the file';

CREATE TABLE erasure_salts (
    salt_id VARCHAR PRIMARY KEY,
    salt BLOB NOT NULL,
    own BOOLEAN NOT NULL
);
COMMENT ON TABLE erasure_salts IS 'Random salts of the lists below: that of this store, and those of stores whose lists were imported; never exported with the tables';
COMMENT ON COLUMN erasure_salts.salt_id IS 'First 16 hex digits of the SHA-256 of the salt';
COMMENT ON COLUMN erasure_salts.salt IS '32 random bytes';
COMMENT ON COLUMN erasure_salts.own IS 'Whether it is the salt of this store';

CREATE TABLE tombstones (
    salt_id VARCHAR NOT NULL,
    mark VARCHAR NOT NULL,
    source VARCHAR,
    sketch UBIGINT[] NOT NULL,
    made DATE NOT NULL,
    applied BOOLEAN NOT NULL
);
COMMENT ON TABLE tombstones IS 'Content that was purged and must not come back by add, restore or merge: hashes only';
COMMENT ON COLUMN tombstones.salt_id IS 'Salt of mark and sketch';
COMMENT ON COLUMN tombstones.mark IS 'HMAC-SHA-256 of the id of the purged document, first 32 hex digits: the salted id of receipts';
COMMENT ON COLUMN tombstones.source IS 'Salted id of its source, where copies in other sources may stay (purges of a source or a period); empty where none may';
COMMENT ON COLUMN tombstones.sketch IS 'The smallest salted hashes of its word sequences, by which edited or better redacted copies are known';
COMMENT ON COLUMN tombstones.made IS 'Day of the purge';
COMMENT ON COLUMN tombstones.applied IS 'Whether all that is stored was compared with it; not so after an import, until vigie maintain';

CREATE TABLE suppressions (
    salt_id VARCHAR NOT NULL,
    mark VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    words INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    made DATE NOT NULL,
    applied BOOLEAN NOT NULL
);
COMMENT ON TABLE suppressions IS 'Identifiers of persons who asked to be erased, as salted hashes: what is added later is cleared of them';
COMMENT ON COLUMN suppressions.salt_id IS 'Salt of mark';
COMMENT ON COLUMN suppressions.mark IS 'Keyed hash of the normalised identifier, 32 hex digits';
COMMENT ON COLUMN suppressions.form IS 'words (adjacent words in any order), joined (letters and digits without separators), digits (a number)';
COMMENT ON COLUMN suppressions.words IS 'Number of words of the form words, else 0';
COMMENT ON COLUMN suppressions.kind IS 'Placeholder that replaces it: name, phone, email, handle';
COMMENT ON COLUMN suppressions.made IS 'Day of the request';
COMMENT ON COLUMN suppressions.applied IS 'Whether all that is stored was cleared of it; not so after an import or a request that was stopped, until vigie maintain';

ALTER TABLE runs ADD COLUMN documents_kept_out INTEGER DEFAULT 0;
COMMENT ON COLUMN runs.documents_kept_out IS 'Documents not stored because they were purged before';
COMMENT ON COLUMN runs.command IS 'add, reextract, purge or maintain';

-- Rows of structured tables (vigie import): loads of waste water, and which row of which source is stored, so that a file imported
-- again changes nothing. `imported_rows` is in no export.

ALTER TABLE observations ADD COLUMN IF NOT EXISTS population DOUBLE;
COMMENT ON COLUMN observations.population IS 'Inhabitants served by the works whose waste water was sampled; empty for other types';
COMMENT ON COLUMN observations.type IS 'price, quantity, purity, event, modality, trend, flow, load (waste water)';
COMMENT ON COLUMN documents.kind IS 'press, agency, parliament, warning, forum, chat, advert, report, field-note, newsletter, table (rows of a structured table), unknown';
COMMENT ON COLUMN sources.kind IS 'What its documents are: press, agency, parliament, warning, forum, chat, advert, report, field-note, newsletter, table, unknown';

CREATE TABLE imported_rows (
    mark VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    doc_id VARCHAR,
    row_number BIGINT,
    import_id INTEGER NOT NULL
);
COMMENT ON TABLE imported_rows IS 'Rows of tables that are stored, as salted hashes, so that a row imported again is known; never exported';
COMMENT ON COLUMN imported_rows.mark IS 'Salted hash of source, kind and the identity of the row: its id where the table has one, else its content';
COMMENT ON COLUMN imported_rows.content IS 'Salted hash of what was read in the row';
COMMENT ON COLUMN imported_rows.doc_id IS 'Document that holds the row; empty for a row that was purged and is kept out';
COMMENT ON COLUMN imported_rows.row_number IS 'Number of the row in its file';
COMMENT ON COLUMN imported_rows.import_id IS 'Number of the import of a file that stored it, from 1';

CREATE OR REPLACE VIEW facts AS
    SELECT o.*, e.sentence, e.sentence_start, e.sentence_end, e.quote_start, e.quote_end,
        d.title, d.published, d.published_start, d.published_end, d.outlet, d.source_id, d.lang,
        d.kind AS document_kind, d.grade, d.stored_on, d.satire, d.copied, d.original_id,
        CASE WHEN d.original_id IS NULL THEN NULL ELSE coalesce(nullif(g.source_id, ''), g.outlet, '') END
            AS original_source,
        -- Sources of one publisher speak with one voice, and a copy with that of its original.
        CASE WHEN d.original_id IS NULL
            THEN coalesce(nullif(trim(ds.publisher), ''), nullif(d.source_id, ''), d.outlet)
            ELSE coalesce(nullif(trim(gs.publisher), ''), nullif(g.source_id, ''), g.outlet, '') END AS speaker
    FROM observations o
    JOIN documents d ON d.doc_id = o.doc_id
    LEFT JOIN sources ds ON ds.source_id = d.source_id
    LEFT JOIN documents g ON g.doc_id = d.original_id
    LEFT JOIN sources gs ON gs.source_id = g.source_id
    LEFT JOIN evidence e ON e.observation_id = o.id AND e.doc_id = o.doc_id;

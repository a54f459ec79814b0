-- Who says what for themselves: copies and satire by document, credibility by observation. All of it is worked out from
-- the rest (src/vigie/assess.py) and may be worked out again.

ALTER TABLE sources ADD COLUMN satire BOOLEAN DEFAULT false;
COMMENT ON COLUMN sources.satire IS 'Whether its news is invented: its facts enter no figure';

ALTER TABLE documents ADD COLUMN satire BOOLEAN DEFAULT false;
ALTER TABLE documents ADD COLUMN original_id VARCHAR;
ALTER TABLE documents ADD COLUMN copied VARCHAR;
COMMENT ON COLUMN documents.satire IS 'Whether its source is satire, by its card or by its name; its facts enter no figure';
COMMENT ON COLUMN documents.original_id IS 'Document that it is a copy of, the head of its cluster; empty for what is no copy';
COMMENT ON COLUMN documents.copied IS 'near (most of its runs of words stand in the original) or spun (reworded: figures and names in the same order); empty for what is no copy';

ALTER TABLE observations ADD COLUMN credibility TINYINT;
ALTER TABLE observations ADD COLUMN credibility_rule VARCHAR;
ALTER TABLE observations ADD COLUMN corroborated TINYINT;
COMMENT ON COLUMN observations.credibility IS 'Admiralty credibility: 1 confirmed by other independent sources, 2 probably true, 3 possibly true, 4 doubtful, 5 improbable, 6 cannot be judged; empty before it is worked out';
COMMENT ON COLUMN observations.credibility_rule IS 'Rule of data/taxonomy/credibility.toml that gave it';
COMMENT ON COLUMN observations.corroborated IS 'Other independent sources that state the same (3 stands for 3 and more)';

CREATE TABLE prints (
    doc_id VARCHAR NOT NULL,
    of_text VARCHAR NOT NULL,
    runs UINTEGER[] NOT NULL,
    pairs UINTEGER[] NOT NULL
);
COMMENT ON TABLE prints IS 'Hashes by which copies are found; they go with the full text';
COMMENT ON COLUMN prints.doc_id IS 'Document';
COMMENT ON COLUMN prints.of_text IS 'MD5 of the text that they were taken from';
COMMENT ON COLUMN prints.runs IS 'Of a sample of its runs of four words';
COMMENT ON COLUMN prints.pairs IS 'Of figures and names that follow each other';

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

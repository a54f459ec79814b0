-- Documents, observations with their evidence, redaction counts, sources and runs.
--
-- Rows of observations, evidence and redactions are unique by construction (one document is written once, in one
-- transaction), not by an index: DuckDB checks an index against rows deleted in the same transaction, which would
-- forbid replacing the observations of a document. `vigie doctor` checks uniqueness.

CREATE TABLE sources (
    source_id VARCHAR PRIMARY KEY,
    name VARCHAR,
    publisher VARCHAR,
    kind VARCHAR,
    country VARCHAR,
    area VARCHAR,
    language VARCHAR,
    grade VARCHAR,
    licence VARCHAR,
    legal_basis VARCHAR,
    retention_months INTEGER
);
COMMENT ON TABLE sources IS 'Source cards under which documents were read';
COMMENT ON COLUMN sources.source_id IS 'Short key of the source card';
COMMENT ON COLUMN sources.name IS 'Name of the source';
COMMENT ON COLUMN sources.publisher IS 'Organisation that publishes it';
COMMENT ON COLUMN sources.kind IS 'What its documents are: press, agency, parliament, warning, forum, chat, advert, report, field-note, newsletter, unknown';
COMMENT ON COLUMN sources.country IS 'ISO 3166-1 code';
COMMENT ON COLUMN sources.area IS 'Code of the area it covers';
COMMENT ON COLUMN sources.language IS 'ISO 639-1 code';
COMMENT ON COLUMN sources.grade IS 'Reliability of the source, A (completely reliable) to F (cannot be judged)';
COMMENT ON COLUMN sources.licence IS 'Licence or terms of its texts';
COMMENT ON COLUMN sources.legal_basis IS 'Why the source may be read';
COMMENT ON COLUMN sources.retention_months IS 'Months for which the redacted full text is kept';

CREATE TABLE runs (
    run_id INTEGER PRIMARY KEY,
    command VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    started TIMESTAMP NOT NULL,
    finished TIMESTAMP,
    code_version VARCHAR NOT NULL,
    lexicon_version VARCHAR NOT NULL,
    redactor_version VARCHAR NOT NULL,
    documents_read INTEGER DEFAULT 0,
    documents_new INTEGER DEFAULT 0,
    documents_unchanged INTEGER DEFAULT 0,
    documents_refused INTEGER DEFAULT 0,
    observations_written INTEGER DEFAULT 0
);
COMMENT ON TABLE runs IS 'Each run that wrote to the store, with the versions it used';
COMMENT ON COLUMN runs.run_id IS 'Number of the run, from 1';
COMMENT ON COLUMN runs.command IS 'add or reextract';
COMMENT ON COLUMN runs.status IS 'running, done or interrupted (the process ended before the run did)';
COMMENT ON COLUMN runs.started IS 'UTC';
COMMENT ON COLUMN runs.finished IS 'UTC; empty while running or when interrupted';
COMMENT ON COLUMN runs.code_version IS 'Version of Vigie';
COMMENT ON COLUMN runs.lexicon_version IS 'First 12 hex digits of the SHA-256 of lexicons, taxonomies, grammars and gazetteer';
COMMENT ON COLUMN runs.redactor_version IS 'Version of the redaction rules';
COMMENT ON COLUMN runs.documents_read IS 'Documents read';
COMMENT ON COLUMN runs.documents_new IS 'Documents not in the store before (for reextract: documents whose observations changed)';
COMMENT ON COLUMN runs.documents_unchanged IS 'Documents already in the store (for reextract: documents whose observations did not change)';
COMMENT ON COLUMN runs.documents_refused IS 'Inputs and documents refused';
COMMENT ON COLUMN runs.observations_written IS 'Observations written';

CREATE TABLE documents (
    doc_id VARCHAR PRIMARY KEY,
    path VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    grade VARCHAR NOT NULL,
    lang VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    published VARCHAR,
    published_start DATE,
    published_end DATE,
    outlet VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    redactor VARCHAR NOT NULL,
    chars INTEGER NOT NULL,
    text VARCHAR,
    stored_on DATE NOT NULL,
    expires_on DATE NOT NULL,
    run_id INTEGER NOT NULL,
    extracted_run INTEGER NOT NULL
);
COMMENT ON TABLE documents IS 'Redacted documents, one row for each content';
COMMENT ON COLUMN documents.doc_id IS 'Stable id of the redacted content';
COMMENT ON COLUMN documents.path IS 'Input as given, with #n for the n-th document of a container';
COMMENT ON COLUMN documents.format IS 'Reader that read it';
COMMENT ON COLUMN documents.kind IS 'press, agency, parliament, warning, forum, chat, advert, report, field-note, newsletter, unknown';
COMMENT ON COLUMN documents.grade IS 'Reliability of its source, A to F';
COMMENT ON COLUMN documents.lang IS 'ISO 639-1 code; und if undetermined';
COMMENT ON COLUMN documents.title IS 'Redacted title; empty without one';
COMMENT ON COLUMN documents.published IS 'ISO date with the precision that is known (2021-03-11, 2021-03, 2021); empty if unknown';
COMMENT ON COLUMN documents.published_start IS 'First day of the publication date';
COMMENT ON COLUMN documents.published_end IS 'Last day of the publication date';
COMMENT ON COLUMN documents.outlet IS 'Site or publication; empty if unknown';
COMMENT ON COLUMN documents.source_id IS 'Key of the source card; empty without one';
COMMENT ON COLUMN documents.redactor IS 'Version of the redaction rules that cleaned it';
COMMENT ON COLUMN documents.chars IS 'Length of the redacted text in code points';
COMMENT ON COLUMN documents.text IS 'Redacted text (title, blank line, body); offsets count its code points; empty once expired';
COMMENT ON COLUMN documents.stored_on IS 'Day it was stored';
COMMENT ON COLUMN documents.expires_on IS 'Day from which the full text may no longer be kept';
COMMENT ON COLUMN documents.run_id IS 'Run that stored it';
COMMENT ON COLUMN documents.extracted_run IS 'Run that last extracted its observations';

CREATE TABLE observations (
    id VARCHAR NOT NULL,
    doc_id VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    span_start INTEGER NOT NULL,
    span_end INTEGER NOT NULL,
    quote VARCHAR NOT NULL,
    substance VARCHAR,
    form VARCHAR,
    place_name VARCHAR,
    place_label VARCHAR,
    place_code VARCHAR,
    place_level VARCHAR,
    place_lat DOUBLE,
    place_lon DOUBLE,
    place_department VARCHAR,
    place_region VARCHAR,
    place_country VARCHAR,
    when_start DATE,
    when_end DATE,
    when_precision VARCHAR,
    when_basis VARCHAR NOT NULL,
    assertion VARCHAR NOT NULL,
    attribution VARCHAR,
    confidence DOUBLE NOT NULL,
    rule VARCHAR NOT NULL,
    kind VARCHAR,
    low DOUBLE,
    high DOUBLE,
    unit VARCHAR,
    currency VARCHAR,
    per_value DOUBLE,
    per_unit VARCHAR,
    eur_low DOUBLE,
    eur_high DOUBLE,
    eur_per_unit DOUBLE,
    eur_note VARCHAR,
    grams DOUBLE,
    grams_high DOUBLE,
    units DOUBLE,
    measure VARCHAR,
    family VARCHAR,
    code VARCHAR,
    indicator VARCHAR,
    direction VARCHAR,
    origin_code VARCHAR,
    origin_label VARCHAR,
    destination_code VARCHAR,
    destination_label VARCHAR,
    via_code VARCHAR,
    via_label VARCHAR,
    mode VARCHAR,
    value VARCHAR NOT NULL
);
COMMENT ON TABLE observations IS 'Dated, placed, sourced facts; value columns that do not belong to a type are empty';
COMMENT ON COLUMN observations.id IS 'Stable for the same document, span, rule and value';
COMMENT ON COLUMN observations.doc_id IS 'Document that states it';
COMMENT ON COLUMN observations.type IS 'price, quantity, purity, event, modality, trend, flow';
COMMENT ON COLUMN observations.span_start IS 'First code point of the quote in the redacted text (start of the contract)';
COMMENT ON COLUMN observations.span_end IS 'Code point after the quote (end of the contract)';
COMMENT ON COLUMN observations.quote IS 'The words that state it';
COMMENT ON COLUMN observations.substance IS 'Canonical id; empty if none is named';
COMMENT ON COLUMN observations.form IS 'resin, herb, powder, pill, rock, liquid, blotter, patch...';
COMMENT ON COLUMN observations.place_name IS 'Place as written';
COMMENT ON COLUMN observations.place_label IS 'Canonical name of the place';
COMMENT ON COLUMN observations.place_code IS 'INSEE:69266 (commune), ISO 3166-2 (department, region), ISO 3166-1 (country) or GN:id';
COMMENT ON COLUMN observations.place_level IS 'arrondissement, commune, department, region, country, city, state, area, world';
COMMENT ON COLUMN observations.place_lat IS 'Degrees, WGS 84';
COMMENT ON COLUMN observations.place_lon IS 'Degrees, WGS 84';
COMMENT ON COLUMN observations.place_department IS 'Code of the department that holds the place';
COMMENT ON COLUMN observations.place_region IS 'Code of the region that holds the place';
COMMENT ON COLUMN observations.place_country IS 'Code of the country that holds the place';
COMMENT ON COLUMN observations.when_start IS 'First day of the period it speaks of';
COMMENT ON COLUMN observations.when_end IS 'Last day of the period it speaks of';
COMMENT ON COLUMN observations.when_precision IS 'day, week, month, quarter, year: the precision of the words themselves';
COMMENT ON COLUMN observations.when_basis IS 'text (stated near the fact), document (publication date) or unknown';
COMMENT ON COLUMN observations.assertion IS 'affirmed, negated, hypothetical, planned, reported';
COMMENT ON COLUMN observations.attribution IS 'Organisation or role that says so, never a person';
COMMENT ON COLUMN observations.confidence IS 'Probability that the fact is right, 0 to 1';
COMMENT ON COLUMN observations.rule IS 'Rule id and version';
COMMENT ON COLUMN observations.kind IS 'Kind of price, quantity or event';
COMMENT ON COLUMN observations.low IS 'Low bound, in currency or unit as said; empty = open or no figure';
COMMENT ON COLUMN observations.high IS 'High bound; equals low for a point value';
COMMENT ON COLUMN observations.unit IS 'Unit of low and high; for a price the unit of eur_per_unit';
COMMENT ON COLUMN observations.currency IS 'ISO 4217 code of a price as said';
COMMENT ON COLUMN observations.per_value IS 'How much the price buys, in per_unit';
COMMENT ON COLUMN observations.per_unit IS 'Unit that the price buys, as said';
COMMENT ON COLUMN observations.eur_low IS 'low in euros';
COMMENT ON COLUMN observations.eur_high IS 'high in euros';
COMMENT ON COLUMN observations.eur_per_unit IS 'Mean of the bounds in euros for one unit';
COMMENT ON COLUMN observations.eur_note IS 'Why no conversion to euros is given';
COMMENT ON COLUMN observations.grams IS 'Low bound of a mass in grams';
COMMENT ON COLUMN observations.grams_high IS 'High bound of a mass in grams';
COMMENT ON COLUMN observations.units IS 'Count of pieces';
COMMENT ON COLUMN observations.measure IS 'purity or thc (percent), mg-per-unit (milligrams)';
COMMENT ON COLUMN observations.family IS 'Family of a modality';
COMMENT ON COLUMN observations.code IS 'Code of a modality in its family';
COMMENT ON COLUMN observations.indicator IS 'What a trend is about';
COMMENT ON COLUMN observations.direction IS 'up, down, stable, emerging, peak';
COMMENT ON COLUMN observations.origin_code IS 'Origin of a flow';
COMMENT ON COLUMN observations.origin_label IS 'Origin of a flow, canonical name';
COMMENT ON COLUMN observations.destination_code IS 'Destination of a flow';
COMMENT ON COLUMN observations.destination_label IS 'Destination of a flow, canonical name';
COMMENT ON COLUMN observations.via_code IS 'Place a flow passes';
COMMENT ON COLUMN observations.via_label IS 'Place a flow passes, canonical name';
COMMENT ON COLUMN observations.mode IS 'post, road, sea, air, rail, unknown';
COMMENT ON COLUMN observations.value IS 'The value as JSON, with the field names of its type';

CREATE TABLE evidence (
    observation_id VARCHAR NOT NULL,
    doc_id VARCHAR NOT NULL,
    sentence_start INTEGER NOT NULL,
    sentence_end INTEGER NOT NULL,
    quote_start INTEGER NOT NULL,
    quote_end INTEGER NOT NULL,
    sentence VARCHAR NOT NULL
);
COMMENT ON TABLE evidence IS 'The redacted sentence around each quote; it stays when the full text expires';
COMMENT ON COLUMN evidence.observation_id IS 'Observation that it proves';
COMMENT ON COLUMN evidence.doc_id IS 'Document that holds it';
COMMENT ON COLUMN evidence.sentence_start IS 'First code point of the sentence in the redacted text';
COMMENT ON COLUMN evidence.sentence_end IS 'Code point after the sentence';
COMMENT ON COLUMN evidence.quote_start IS 'First code point of the quote in the sentence';
COMMENT ON COLUMN evidence.quote_end IS 'Code point after the quote in the sentence';
COMMENT ON COLUMN evidence.sentence IS 'The redacted sentence (several when the quote spans them)';

CREATE TABLE redactions (
    doc_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    removed INTEGER NOT NULL
);
COMMENT ON TABLE redactions IS 'How many spans were removed from each document, by kind; never their values';
COMMENT ON COLUMN redactions.doc_id IS 'Document';
COMMENT ON COLUMN redactions.kind IS 'What was removed';
COMMENT ON COLUMN redactions.removed IS 'How many spans';

CREATE VIEW facts AS
    SELECT o.*, e.sentence, e.sentence_start, e.sentence_end, e.quote_start, e.quote_end,
        d.title, d.published, d.published_start, d.published_end, d.outlet, d.source_id, d.lang,
        d.kind AS document_kind, d.grade, d.stored_on
    FROM observations o
    JOIN documents d ON d.doc_id = o.doc_id
    LEFT JOIN evidence e ON e.observation_id = o.id AND e.doc_id = o.doc_id;

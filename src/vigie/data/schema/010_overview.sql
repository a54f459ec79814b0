-- What the overview of a store counts, kept as sums, so that a store of a hundred million statements answers at once. Every row is worked
-- out from documents and observations and may be worked out again; writers add rows (what leaves has counts below zero) in the
-- transaction that changes these, and rows of one key are summed when read. In no export.

CREATE TABLE overview_state (version INTEGER NOT NULL);
COMMENT ON TABLE overview_state IS 'Whether the tables of the overview are filled: one row once they are; never exported';
COMMENT ON COLUMN overview_state.version IS 'Version of what they count; another one is worked out anew at the next opening for writing';

CREATE TABLE overview_pending (
    times INTEGER NOT NULL,
    what VARCHAR NOT NULL,
    week DATE,
    period VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    substance VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    eur DOUBLE,
    counted BOOLEAN NOT NULL,
    source_id VARCHAR NOT NULL,
    outlet VARCHAR NOT NULL,
    published_start DATE,
    published_end DATE,
    grade VARCHAR NOT NULL,
    lang VARCHAR NOT NULL
);
COMMENT ON TABLE overview_pending IS 'What came and went since the tables of the overview were last brought up to date; read together with them; never exported';
COMMENT ON COLUMN overview_pending.times IS 'How many came; below zero: how many went';
COMMENT ON COLUMN overview_pending.what IS 'fact or document';
COMMENT ON COLUMN overview_pending.week IS 'Monday of the week that holds all that it speaks of; empty if none does';
COMMENT ON COLUMN overview_pending.period IS 'Month, else quarter, else year that holds all that it speaks of (2025-03, 2025-Q1, 2025); empty if none does';
COMMENT ON COLUMN overview_pending.department IS 'Department that holds the place, or is it; empty without one';
COMMENT ON COLUMN overview_pending.region IS 'Region that holds the place, or is it; empty without one';
COMMENT ON COLUMN overview_pending.country IS 'Country that holds the place, or is it; empty without one';
COMMENT ON COLUMN overview_pending.substance IS 'Canonical id; empty if none is named';
COMMENT ON COLUMN overview_pending.type IS 'Type of the observation; empty of a document';
COMMENT ON COLUMN overview_pending.kind IS 'Kind of price, or of document; empty of other facts';
COMMENT ON COLUMN overview_pending.unit IS 'Unit of a price; empty of what is none';
COMMENT ON COLUMN overview_pending.eur IS 'Euros for one unit, of a price that counts';
COMMENT ON COLUMN overview_pending.counted IS 'Of a fact whether figures count it: affirmed, no satire, once a document. Of a document whether it is a copy';
COMMENT ON COLUMN overview_pending.source_id IS 'Source that speaks for itself in it: of a copied document that of the original; of a document its own';
COMMENT ON COLUMN overview_pending.outlet IS 'The same where there is no source card: the outlet';
COMMENT ON COLUMN overview_pending.published_start IS 'First day of the publication date of its document';
COMMENT ON COLUMN overview_pending.published_end IS 'Last day of the publication date of its document';
COMMENT ON COLUMN overview_pending.grade IS 'Grade of a document; empty of a fact';
COMMENT ON COLUMN overview_pending.lang IS 'Language of a document; empty of a fact';

CREATE TABLE overview_facts (
    week DATE,
    period VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    substance VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    counted BIGINT NOT NULL,
    statements BIGINT NOT NULL,
    merged BOOLEAN NOT NULL
);
COMMENT ON TABLE overview_facts IS 'Statements by week, area, substance and type; never exported';
COMMENT ON COLUMN overview_facts.week IS 'Monday of the week that holds all that they speak of; empty if none does';
COMMENT ON COLUMN overview_facts.period IS 'Month, else quarter, else year that holds all that they speak of; empty if none does';
COMMENT ON COLUMN overview_facts.department IS 'Department that holds the place, or is it; empty without one';
COMMENT ON COLUMN overview_facts.region IS 'Region that holds the place, or is it; empty without one';
COMMENT ON COLUMN overview_facts.country IS 'Country that holds the place, or is it; empty without one';
COMMENT ON COLUMN overview_facts.substance IS 'Canonical id; empty if none is named';
COMMENT ON COLUMN overview_facts.type IS 'Type of the observation';
COMMENT ON COLUMN overview_facts.counted IS 'Statements that figures count: affirmed, no satire, once a document';
COMMENT ON COLUMN overview_facts.statements IS 'All statements';
COMMENT ON COLUMN overview_facts.merged IS 'Whether the row is the only one of its key among those that are merged';

CREATE TABLE overview_sources (
    period VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    substance VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    outlet VARCHAR NOT NULL,
    counted BIGINT NOT NULL,
    merged BOOLEAN NOT NULL
);
COMMENT ON TABLE overview_sources IS 'Who says so: statements that count, by period, area, substance and source; sources are no sum, so each has its row; never exported';
COMMENT ON COLUMN overview_sources.period IS 'As in overview_facts';
COMMENT ON COLUMN overview_sources.department IS 'As in overview_facts';
COMMENT ON COLUMN overview_sources.region IS 'As in overview_facts';
COMMENT ON COLUMN overview_sources.country IS 'As in overview_facts';
COMMENT ON COLUMN overview_sources.substance IS 'As in overview_facts';
COMMENT ON COLUMN overview_sources.source_id IS 'Source that speaks for itself: of a copied document that of the original; empty without a card';
COMMENT ON COLUMN overview_sources.outlet IS 'Outlet, where there is no card';
COMMENT ON COLUMN overview_sources.counted IS 'Statements that count';
COMMENT ON COLUMN overview_sources.merged IS 'As in overview_facts';

CREATE TABLE overview_area_sources (
    period VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    outlet VARCHAR NOT NULL,
    counted BIGINT NOT NULL,
    merged BOOLEAN NOT NULL
);
COMMENT ON TABLE overview_area_sources IS 'The same of all substances together; never exported';
COMMENT ON COLUMN overview_area_sources.period IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_sources.department IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_sources.region IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_sources.country IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_sources.source_id IS 'As in overview_sources';
COMMENT ON COLUMN overview_area_sources.outlet IS 'As in overview_sources';
COMMENT ON COLUMN overview_area_sources.counted IS 'Statements that count';
COMMENT ON COLUMN overview_area_sources.merged IS 'As in overview_facts';

CREATE TABLE overview_substance_sources (
    period VARCHAR NOT NULL,
    substance VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    outlet VARCHAR NOT NULL,
    counted BIGINT NOT NULL,
    merged BOOLEAN NOT NULL
);
COMMENT ON TABLE overview_substance_sources IS 'The same of all areas together; never exported';
COMMENT ON COLUMN overview_substance_sources.period IS 'As in overview_facts';
COMMENT ON COLUMN overview_substance_sources.substance IS 'As in overview_facts';
COMMENT ON COLUMN overview_substance_sources.source_id IS 'As in overview_sources';
COMMENT ON COLUMN overview_substance_sources.outlet IS 'As in overview_sources';
COMMENT ON COLUMN overview_substance_sources.counted IS 'Statements that count';
COMMENT ON COLUMN overview_substance_sources.merged IS 'As in overview_facts';

CREATE TABLE overview_prices (
    period VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    substance VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    eur DOUBLE NOT NULL,
    counted BIGINT NOT NULL,
    merged BOOLEAN NOT NULL
);
COMMENT ON TABLE overview_prices IS 'How often each price was stated, by period, country and product: whole histograms, so that medians are exact; never exported';
COMMENT ON COLUMN overview_prices.period IS 'As in overview_facts';
COMMENT ON COLUMN overview_prices.country IS 'As in overview_facts';
COMMENT ON COLUMN overview_prices.substance IS 'As in overview_facts';
COMMENT ON COLUMN overview_prices.kind IS 'Kind of price';
COMMENT ON COLUMN overview_prices.unit IS 'Unit that the price is of';
COMMENT ON COLUMN overview_prices.eur IS 'Euros for one unit';
COMMENT ON COLUMN overview_prices.counted IS 'Statements that count and give this price';
COMMENT ON COLUMN overview_prices.merged IS 'As in overview_facts';

CREATE TABLE overview_area_prices (
    period VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    substance VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    eur DOUBLE NOT NULL,
    counted BIGINT NOT NULL,
    merged BOOLEAN NOT NULL
);
COMMENT ON TABLE overview_area_prices IS 'The same by department and region; never exported';
COMMENT ON COLUMN overview_area_prices.period IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_prices.department IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_prices.region IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_prices.country IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_prices.substance IS 'As in overview_facts';
COMMENT ON COLUMN overview_area_prices.kind IS 'Kind of price';
COMMENT ON COLUMN overview_area_prices.unit IS 'Unit that the price is of';
COMMENT ON COLUMN overview_area_prices.eur IS 'Euros for one unit';
COMMENT ON COLUMN overview_area_prices.counted IS 'Statements that count and give this price';
COMMENT ON COLUMN overview_area_prices.merged IS 'As in overview_facts';

CREATE TABLE overview_documents (
    published_start DATE,
    published_end DATE,
    source_id VARCHAR NOT NULL,
    outlet VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    grade VARCHAR NOT NULL,
    lang VARCHAR NOT NULL,
    documents BIGINT NOT NULL,
    copies BIGINT NOT NULL,
    merged BOOLEAN NOT NULL
);
COMMENT ON TABLE overview_documents IS 'What was collected: documents by publication date and source; never exported';
COMMENT ON COLUMN overview_documents.published_start IS 'First day of the publication date';
COMMENT ON COLUMN overview_documents.published_end IS 'Last day of the publication date';
COMMENT ON COLUMN overview_documents.source_id IS 'Key of the source card; empty without one';
COMMENT ON COLUMN overview_documents.outlet IS 'Outlet, where there is no card';
COMMENT ON COLUMN overview_documents.kind IS 'Kind of document';
COMMENT ON COLUMN overview_documents.grade IS 'Reliability of the source, A to F';
COMMENT ON COLUMN overview_documents.lang IS 'ISO 639-1 code';
COMMENT ON COLUMN overview_documents.documents IS 'Documents';
COMMENT ON COLUMN overview_documents.copies IS 'Those of them that are copies of another';
COMMENT ON COLUMN overview_documents.merged IS 'As in overview_facts';

CREATE TABLE overview_published (
    published_start DATE,
    published_end DATE,
    substance VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    counted BIGINT NOT NULL,
    statements BIGINT NOT NULL,
    merged BOOLEAN NOT NULL
);
COMMENT ON TABLE overview_published IS 'Statements by the publication date of their document: what is new; never exported';
COMMENT ON COLUMN overview_published.published_start IS 'First day of the publication date';
COMMENT ON COLUMN overview_published.published_end IS 'Last day of the publication date';
COMMENT ON COLUMN overview_published.substance IS 'As in overview_facts';
COMMENT ON COLUMN overview_published.type IS 'As in overview_facts';
COMMENT ON COLUMN overview_published.counted IS 'Statements that figures count';
COMMENT ON COLUMN overview_published.statements IS 'All statements';
COMMENT ON COLUMN overview_published.merged IS 'As in overview_facts';

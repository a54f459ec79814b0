-- What was shown to anyone: public cells with the facts behind them, the outputs that showed them, and alerts that a
-- named editor let pass. Nothing here is changed but by erasure: a cell that no longer holds is marked as withdrawn.

CREATE TABLE public_cells (
    cell_id INTEGER NOT NULL,
    published_on DATE NOT NULL,
    withdrawn_on DATE,
    period VARCHAR NOT NULL,
    area_level VARCHAR NOT NULL,
    area VARCHAR NOT NULL,
    market VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    substance VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    observations INTEGER NOT NULL,
    sources INTEGER NOT NULL
);
COMMENT ON TABLE public_cells IS 'Figures that anyone may have seen: sets of facts that were let out together, and only together';
COMMENT ON COLUMN public_cells.cell_id IS 'Number of the cell, from 1';
COMMENT ON COLUMN public_cells.published_on IS 'Day of the first public output that could show it';
COMMENT ON COLUMN public_cells.withdrawn_on IS 'Day from which it is shown no more; empty while it stands';
COMMENT ON COLUMN public_cells.period IS 'Quarter or year that it speaks of (2025-Q1, 2025)';
COMMENT ON COLUMN public_cells.area_level IS 'department; region or country for what its parts may not show alone; none without a place; all for a pool of several countries';
COMMENT ON COLUMN public_cells.area IS 'ISO 3166 code; empty for none and all';
COMMENT ON COLUMN public_cells.market IS 'Country or overseas territory within which prices are compared; empty for other types';
COMMENT ON COLUMN public_cells.type IS 'price, quantity, purity, event, modality, trend, flow';
COMMENT ON COLUMN public_cells.kind IS 'Kind, measure of purity, family:code of a modality, indicator:direction of a trend, origin>destination of a flow';
COMMENT ON COLUMN public_cells.substance IS 'Canonical id; empty if none is named or several are counted together';
COMMENT ON COLUMN public_cells.unit IS 'Unit of the figures; empty for statements without one';
COMMENT ON COLUMN public_cells.observations IS 'Facts in it when it was published';
COMMENT ON COLUMN public_cells.sources IS 'Independent sources of them when it was published';

CREATE TABLE public_facts (
    cell_id INTEGER NOT NULL,
    observation_id VARCHAR NOT NULL,
    doc_id VARCHAR NOT NULL,
    figure DOUBLE
);
COMMENT ON TABLE public_facts IS 'The facts of each public cell, so that two outputs never differ by fewer than may be shown; erased with their document';
COMMENT ON COLUMN public_facts.cell_id IS 'Public cell';
COMMENT ON COLUMN public_facts.observation_id IS 'Observation that it counts';
COMMENT ON COLUMN public_facts.doc_id IS 'Document of the observation';
COMMENT ON COLUMN public_facts.figure IS 'Its figure as published, in the unit of the cell; empty without one';

CREATE TABLE public_outputs (
    output_id INTEGER NOT NULL,
    written_on DATE NOT NULL,
    output VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    cells INTEGER NOT NULL,
    digest VARCHAR NOT NULL
);
COMMENT ON TABLE public_outputs IS 'Public outputs that were written; one that shows the same as the last of its scope is not written down again';
COMMENT ON COLUMN public_outputs.output_id IS 'Number of the output, from 1';
COMMENT ON COLUMN public_outputs.written_on IS 'Day from which its delay was counted';
COMMENT ON COLUMN public_outputs.output IS 'open-data or bulletin';
COMMENT ON COLUMN public_outputs.scope IS 'Area and period of a bulletin; empty for open data';
COMMENT ON COLUMN public_outputs.cells IS 'Public cells that it could show';
COMMENT ON COLUMN public_outputs.digest IS 'SHA-256 over the numbers of these cells, first 16 hex digits';

CREATE TABLE alert_releases (
    entry_id INTEGER NOT NULL,
    action VARCHAR NOT NULL,
    release_id INTEGER NOT NULL,
    made_on DATE NOT NULL,
    editor VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE alert_releases IS 'Decisions of editors on what is shown to anyone; lines are added, never changed';
COMMENT ON COLUMN alert_releases.entry_id IS 'Number of the line, from 1';
COMMENT ON COLUMN alert_releases.action IS 'release (an alert passes without delay), withdraw (it does no more) or reset (no public output so far has left this machine)';
COMMENT ON COLUMN alert_releases.release_id IS 'Alert that it is about; 0 for a reset';
COMMENT ON COLUMN alert_releases.made_on IS 'Day of the decision';
COMMENT ON COLUMN alert_releases.editor IS 'Name of the editor; never printed in a public output';
COMMENT ON COLUMN alert_releases.role IS 'Role of the editor, as the public reads it';
COMMENT ON COLUMN alert_releases.reason IS 'Why, in the words of the editor; never printed in a public output';

CREATE TABLE alert_facts (
    release_id INTEGER NOT NULL,
    observation_id VARCHAR NOT NULL,
    doc_id VARCHAR NOT NULL
);
COMMENT ON TABLE alert_facts IS 'The facts of each released alert; erased with their document';
COMMENT ON COLUMN alert_facts.release_id IS 'Alert';
COMMENT ON COLUMN alert_facts.observation_id IS 'Observation that it states';
COMMENT ON COLUMN alert_facts.doc_id IS 'Document of the observation';

-- What people decided on facts that they read again. `observations` holds what figures use: what a final decision took out of it is kept
-- aside as it was, so that a later decision can put it back. Decisions are never changed; what names a document goes with it.

CREATE TABLE review_decisions (
    decision_id VARCHAR NOT NULL,
    observation_id VARCHAR NOT NULL,
    doc_id VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    reviewer VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    round VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    before VARCHAR NOT NULL,
    after VARCHAR NOT NULL,
    why VARCHAR NOT NULL,
    final BOOLEAN NOT NULL,
    drawn VARCHAR NOT NULL
);
COMMENT ON TABLE review_decisions IS 'Decisions of people on single facts, one row each, as they were made; a later one stands beside an earlier one';
COMMENT ON COLUMN review_decisions.decision_id IS 'Random id of the decision';
COMMENT ON COLUMN review_decisions.observation_id IS 'Observation as the extractor read it';
COMMENT ON COLUMN review_decisions.doc_id IS 'Document that states it';
COMMENT ON COLUMN review_decisions.type IS 'Type of the observation';
COMMENT ON COLUMN review_decisions.decided_at IS 'UTC';
COMMENT ON COLUMN review_decisions.reviewer IS 'Random id of the account (local: the single user), never a name';
COMMENT ON COLUMN review_decisions.role IS 'Role of the account then';
COMMENT ON COLUMN review_decisions.round IS 'single, first, second (of two who do not see each other), adjudication';
COMMENT ON COLUMN review_decisions.verdict IS 'accept, correct, reject, split (several facts of one), relink (same amount of another substance, place or time)';
COMMENT ON COLUMN review_decisions.before IS 'What the extractor read, with its sentence, as JSON';
COMMENT ON COLUMN review_decisions.after IS 'What stands in its place, as a JSON list of the same; empty for reject';
COMMENT ON COLUMN review_decisions.why IS 'Reason given, redacted; may be empty';
COMMENT ON COLUMN review_decisions.final IS 'Whether figures use it (of several on one fact the latest)';
COMMENT ON COLUMN review_decisions.drawn IS 'How the fact came to be read: ranked (by effect on figures), random (drawn by chance), asked';

CREATE TABLE machine_observations (
    observation_id VARCHAR NOT NULL,
    doc_id VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    fact VARCHAR NOT NULL,
    proof VARCHAR
);
COMMENT ON TABLE machine_observations IS 'What final decisions took out of observations, as the extractor read it';
COMMENT ON COLUMN machine_observations.observation_id IS 'Its id';
COMMENT ON COLUMN machine_observations.doc_id IS 'Document that states it';
COMMENT ON COLUMN machine_observations.decision_id IS 'Decision that took it out';
COMMENT ON COLUMN machine_observations.fact IS 'Its row of observations as JSON, columns without a value left out';
COMMENT ON COLUMN machine_observations.proof IS 'Its row of evidence as JSON';

CREATE TABLE review_states (
    observation_id VARCHAR NOT NULL,
    doc_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    decision_id VARCHAR NOT NULL,
    decided_on DATE NOT NULL
);
COMMENT ON TABLE review_states IS 'What is reviewed: observations that figures use by a final decision, and those that were rejected; worked out from review_decisions';
COMMENT ON COLUMN review_states.observation_id IS 'Observation as figures use it; of a rejected one its id as the extractor gave it';
COMMENT ON COLUMN review_states.doc_id IS 'Document that states it';
COMMENT ON COLUMN review_states.state IS 'accepted, corrected, split, relinked, rejected, or kept: accepted, and not found by the present extractor';
COMMENT ON COLUMN review_states.decision_id IS 'Final decision';
COMMENT ON COLUMN review_states.decided_on IS 'Day of the decision, UTC';

CREATE OR REPLACE VIEW facts AS
    SELECT o.*, e.sentence, e.sentence_start, e.sentence_end, e.quote_start, e.quote_end,
        d.title, d.published, d.published_start, d.published_end, d.outlet, d.source_id, d.lang,
        d.kind AS document_kind, d.grade, d.stored_on, d.satire, d.copied, d.original_id,
        CASE WHEN d.original_id IS NULL THEN NULL ELSE coalesce(nullif(g.source_id, ''), g.outlet, '') END
            AS original_source,
        -- Sources of one publisher speak with one voice, and a copy with that of its original.
        CASE WHEN d.original_id IS NULL
            THEN coalesce(nullif(trim(ds.publisher), ''), nullif(d.source_id, ''), d.outlet)
            ELSE coalesce(nullif(trim(gs.publisher), ''), nullif(g.source_id, ''), g.outlet, '') END AS speaker,
        r.states[list_position(r.ids, o.id)] AS review -- empty: nobody read it again
    FROM observations o
    JOIN documents d ON d.doc_id = o.doc_id
    LEFT JOIN sources ds ON ds.source_id = d.source_id
    LEFT JOIN documents g ON g.doc_id = d.original_id
    LEFT JOIN sources gs ON gs.source_id = g.source_id
    LEFT JOIN evidence e ON e.observation_id = o.id AND e.doc_id = o.doc_id
    -- By document, so that what is known of a document is joined before its observations: by observation, every later join of a
    -- large store would carry whole rows of observations.
    LEFT JOIN (
        SELECT doc_id, list(observation_id ORDER BY observation_id, state) AS ids, list(state ORDER BY observation_id, state) AS states
        FROM review_states GROUP BY doc_id
    ) r ON r.doc_id = d.doc_id;

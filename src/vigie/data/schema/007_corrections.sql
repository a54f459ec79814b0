-- The correction path: versions of every public figure, notes of people who contest one, answers, and corrections by editors.
-- Lines are added, never changed, but for erasure: what a version showed goes when facts behind it were erased, and notes are
-- cleared like every other text. Nothing is kept of who contests: no name, no address, only a hash of their receipt code.

CREATE TABLE public_versions (
    address VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    since DATE NOT NULL,
    output VARCHAR NOT NULL,
    cause VARCHAR NOT NULL,
    code_version VARCHAR NOT NULL,
    shown BOOLEAN NOT NULL,
    digest VARCHAR NOT NULL,
    observations INTEGER,
    sources INTEGER,
    figures INTEGER,
    low DOUBLE,
    q1 DOUBLE,
    median DOUBLE,
    q3 DOUBLE,
    high DOUBLE,
    parts VARCHAR,
    gained VARCHAR NOT NULL,
    lost VARCHAR NOT NULL
);
COMMENT ON TABLE public_versions IS 'What anyone may have read at the address of a figure, version by version; two versions differ by whole public cells';
COMMENT ON COLUMN public_versions.address IS 'Stable address of the figure (docs/guide.md, Contest and corrections)';
COMMENT ON COLUMN public_versions.version IS 'Number of the version, from 1';
COMMENT ON COLUMN public_versions.since IS 'Day of the first public output that could show it';
COMMENT ON COLUMN public_versions.output IS 'The output that was written then: bulletin, open-data, pages, site, alerts…';
COMMENT ON COLUMN public_versions.cause IS 'first, new-data, correction (facts behind it changed or an editor says so), removed (facts behind it were erased), withdrawn (shown no more), method-change';
COMMENT ON COLUMN public_versions.code_version IS 'Version of Vigie that worked it out';
COMMENT ON COLUMN public_versions.shown IS 'Whether anything is shown; false once it is withdrawn';
COMMENT ON COLUMN public_versions.digest IS 'SHA-256 over what it showed, first 16 hex digits; empty once that was erased';
COMMENT ON COLUMN public_versions.observations IS 'Statements counted; empty, like all figures of the row, if nothing is shown or facts behind it were erased since';
COMMENT ON COLUMN public_versions.sources IS 'Independent sources of them';
COMMENT ON COLUMN public_versions.figures IS 'Statements that give a figure';
COMMENT ON COLUMN public_versions.low IS 'Smallest figure, in the unit of the address';
COMMENT ON COLUMN public_versions.q1 IS 'First quartile';
COMMENT ON COLUMN public_versions.median IS 'Median';
COMMENT ON COLUMN public_versions.q3 IS 'Third quartile';
COMMENT ON COLUMN public_versions.high IS 'Largest figure';
COMMENT ON COLUMN public_versions.parts IS 'Of a trend the statements by direction, as up 3, down 4; else empty';
COMMENT ON COLUMN public_versions.gained IS 'Numbers of the public cells that it counts and the version before did not';
COMMENT ON COLUMN public_versions.lost IS 'Numbers of the public cells that the version before counted and it does not';

CREATE TABLE contests (
    contest_id INTEGER NOT NULL,
    received_on DATE NOT NULL,
    address VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    language VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    receipt_digest VARCHAR NOT NULL
);
COMMENT ON TABLE contests IS 'Notes that contest a public figure or alert; nothing is kept of who wrote them';
COMMENT ON COLUMN contests.contest_id IS 'Number of the note, from 1';
COMMENT ON COLUMN contests.received_on IS 'Day on which it came';
COMMENT ON COLUMN contests.address IS 'What is contested; alert/erased once its document was erased';
COMMENT ON COLUMN contests.version IS 'Version that stood when the note was taken in; 0 if none was written down';
COMMENT ON COLUMN contests.language IS 'Language of the page on which it was written (fr, en)';
COMMENT ON COLUMN contests.note IS 'The note, redacted before it was stored; empty once its time is over';
COMMENT ON COLUMN contests.receipt_digest IS 'SHA-256 of the receipt code that only the sender has';

CREATE TABLE contest_answers (
    entry_id INTEGER NOT NULL,
    contest_id INTEGER NOT NULL,
    status VARCHAR NOT NULL,
    answered_on DATE NOT NULL,
    role VARCHAR NOT NULL,
    answer VARCHAR NOT NULL
);
COMMENT ON TABLE contest_answers IS 'Answers of editors to these notes; lines are added, the last one stands. A note without a line is open';
COMMENT ON COLUMN contest_answers.entry_id IS 'Number of the line, from 1';
COMMENT ON COLUMN contest_answers.contest_id IS 'Note that it answers';
COMMENT ON COLUMN contest_answers.status IS 'upheld, rejected, answered, or open again';
COMMENT ON COLUMN contest_answers.answered_on IS 'Day of the answer';
COMMENT ON COLUMN contest_answers.role IS 'Role that answers, never a name; the public reads it';
COMMENT ON COLUMN contest_answers.answer IS 'The answer, redacted; the public reads it at the address';

CREATE TABLE corrections (
    entry_id INTEGER NOT NULL,
    address VARCHAR NOT NULL,
    from_version INTEGER NOT NULL,
    to_version INTEGER NOT NULL,
    made_on DATE NOT NULL,
    role VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE corrections IS 'Corrections by editors of what is public; lines are added, never changed';
COMMENT ON COLUMN corrections.entry_id IS 'Number of the line, from 1';
COMMENT ON COLUMN corrections.address IS 'Figure or alert that is corrected; alert/erased once its document was erased';
COMMENT ON COLUMN corrections.from_version IS 'Last version that was wrong; 0 if none was written down';
COMMENT ON COLUMN corrections.to_version IS 'First version that is right; the same as from_version for a note on what stays';
COMMENT ON COLUMN corrections.made_on IS 'Day of the correction';
COMMENT ON COLUMN corrections.role IS 'Role that corrects, never a name; the public reads it';
COMMENT ON COLUMN corrections.reason IS 'Why, redacted; the public reads it';

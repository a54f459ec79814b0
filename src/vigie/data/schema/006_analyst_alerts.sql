-- Alerts of the analyst, their evidence and what was decided on them. None of it is public: what anyone may see goes through
-- alert_releases (003) and the gate. An alert on a source that fell silent names its last document and goes with it.

CREATE TABLE analyst_alerts (
    alert_id VARCHAR NOT NULL,
    doc_id VARCHAR,
    kind VARCHAR NOT NULL,
    substance VARCHAR NOT NULL,
    area VARCHAR NOT NULL,
    period VARCHAR NOT NULL,
    started DATE NOT NULL,
    last_alarm DATE NOT NULL,
    grade INTEGER NOT NULL,
    likelihood VARCHAR NOT NULL,
    impact VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    p DOUBLE NOT NULL,
    false_per_month DOUBLE NOT NULL,
    speakers INTEGER NOT NULL,
    first_saved DATE NOT NULL,
    last_saved DATE NOT NULL
);
COMMENT ON TABLE analyst_alerts IS 'Alerts for the analyst, as vigie stats alerts --save found them: never public by themselves';
COMMENT ON COLUMN analyst_alerts.alert_id IS 'Stable id: of kind, substance, area and first period';
COMMENT ON COLUMN analyst_alerts.doc_id IS 'Last document of the source that fell silent: the alert goes with it; empty for a rise';
COMMENT ON COLUMN analyst_alerts.kind IS 'rise, silence (of a source) or silence-area (of all sources of an area)';
COMMENT ON COLUMN analyst_alerts.substance IS 'Canonical id; empty for a silence and for harms that name none';
COMMENT ON COLUMN analyst_alerts.area IS 'Code of the area; empty for a source without one';
COMMENT ON COLUMN analyst_alerts.period IS 'week or month: what was counted by';
COMMENT ON COLUMN analyst_alerts.started IS 'First day of the first period with an alarm; of a silence the last day of publication';
COMMENT ON COLUMN analyst_alerts.last_alarm IS 'First day of the last period with an alarm; of a silence the last day on which it held';
COMMENT ON COLUMN analyst_alerts.grade IS '1 low, 2 moderate, 3 high, 4 very high (data/taxonomy/alerts.toml)';
COMMENT ON COLUMN analyst_alerts.likelihood IS 'How likely it is that the rise is real: possible, likely, very-likely, almost-certain; empty for a silence';
COMMENT ON COLUMN analyst_alerts.impact IS 'Impact if it is: minimal, minor, major, severe; empty for a silence';
COMMENT ON COLUMN analyst_alerts.status IS 'new, confirmed or closed';
COMMENT ON COLUMN analyst_alerts.p IS 'Smallest p-value of the episode';
COMMENT ON COLUMN analyst_alerts.false_per_month IS 'False alarms to be expected in a month of the whole run that last saw it';
COMMENT ON COLUMN analyst_alerts.speakers IS 'Independent speakers behind the evidence';
COMMENT ON COLUMN analyst_alerts.first_saved IS 'Day of the run that saved it first';
COMMENT ON COLUMN analyst_alerts.last_saved IS 'Day of the run that saved it last';

CREATE TABLE analyst_signals (
    alert_id VARCHAR NOT NULL,
    doc_id VARCHAR,
    indicator VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    periods INTEGER NOT NULL,
    observed DOUBLE,
    expected DOUBLE,
    upper DOUBLE,
    p DOUBLE NOT NULL,
    method VARCHAR NOT NULL
);
COMMENT ON TABLE analyst_signals IS 'What each alert of the analyst rests on: one indicator in one period';
COMMENT ON COLUMN analyst_signals.alert_id IS 'Alert';
COMMENT ON COLUMN analyst_signals.doc_id IS 'As in analyst_alerts';
COMMENT ON COLUMN analyst_signals.indicator IS 'harms, warnings, seizures, trends, mentions (reports), purity (percent), price (euros for one gram), gap in days';
COMMENT ON COLUMN analyst_signals.period_start IS 'First day of the period, the last of those summed';
COMMENT ON COLUMN analyst_signals.periods IS 'How many periods are summed';
COMMENT ON COLUMN analyst_signals.observed IS 'Reports of independent speakers, or median of what they state';
COMMENT ON COLUMN analyst_signals.expected IS 'What the past lets expect';
COMMENT ON COLUMN analyst_signals.upper IS 'Largest figure that is no alarm; empty where the method has none';
COMMENT ON COLUMN analyst_signals.p IS 'Probability of as much without cause';
COMMENT ON COLUMN analyst_signals.method IS 'Detector';

CREATE TABLE analyst_evidence (
    alert_id VARCHAR NOT NULL,
    indicator VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    observation_id VARCHAR NOT NULL,
    doc_id VARCHAR NOT NULL
);
COMMENT ON TABLE analyst_evidence IS 'The facts behind each signal of an alert; erased with their document';
COMMENT ON COLUMN analyst_evidence.alert_id IS 'Alert';
COMMENT ON COLUMN analyst_evidence.indicator IS 'Indicator that counts it';
COMMENT ON COLUMN analyst_evidence.period_start IS 'Period of the signal';
COMMENT ON COLUMN analyst_evidence.observation_id IS 'Observation that is counted';
COMMENT ON COLUMN analyst_evidence.doc_id IS 'Document of the observation';

CREATE TABLE analyst_decisions (
    entry_id INTEGER NOT NULL,
    alert_id VARCHAR NOT NULL,
    doc_id VARCHAR,
    action VARCHAR NOT NULL,
    made_on DATE NOT NULL,
    role VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE analyst_decisions IS 'What was decided on alerts of the analyst; lines are added, never changed';
COMMENT ON COLUMN analyst_decisions.entry_id IS 'Number of the line, from 1';
COMMENT ON COLUMN analyst_decisions.alert_id IS 'Alert';
COMMENT ON COLUMN analyst_decisions.doc_id IS 'As in analyst_alerts';
COMMENT ON COLUMN analyst_decisions.action IS 'open, regrade, confirm or close';
COMMENT ON COLUMN analyst_decisions.made_on IS 'Day of the decision';
COMMENT ON COLUMN analyst_decisions.role IS 'Role that decided, never a name; automatic for what a run did by itself';
COMMENT ON COLUMN analyst_decisions.reason IS 'Why, redacted';

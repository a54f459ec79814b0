-- Versions of public alerts, so that readers of an earlier one learn that it changed or went. No text and no document: an address, a
-- day and a hash. Lines are added, never changed, but for erasure, which clears the hash.

CREATE TABLE public_alerts (
    address VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    since DATE NOT NULL,
    first_published DATE NOT NULL,
    official BOOLEAN NOT NULL,
    shown BOOLEAN NOT NULL,
    digest VARCHAR NOT NULL
);
COMMENT ON TABLE public_alerts IS 'Versions of the alerts that anyone may have read without delay; a withdrawn one keeps its address';
COMMENT ON COLUMN public_alerts.address IS 'Stable address: alert/w-… of an official warning, alert/r3 of what an editor released';
COMMENT ON COLUMN public_alerts.version IS 'Number of the version, from 1';
COMMENT ON COLUMN public_alerts.since IS 'Day from which this version stands';
COMMENT ON COLUMN public_alerts.first_published IS 'Day on which the first version was published';
COMMENT ON COLUMN public_alerts.official IS 'Whether it is an official warning';
COMMENT ON COLUMN public_alerts.shown IS 'Whether it stands; false once it is withdrawn or no longer supported';
COMMENT ON COLUMN public_alerts.digest IS 'SHA-256 over what it says, first 16 hex digits; empty where nothing is shown or that was erased';

-- Price indices have versions as other public figures do.

COMMENT ON COLUMN public_versions.parts IS 'Of a trend the statements by direction, as up 3, down 4; of a price index, as index 104.3, low 90.0, high 120.0, base 2023-Q1; else empty';

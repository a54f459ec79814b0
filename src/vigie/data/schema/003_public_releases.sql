-- To be written with its feature.
SELECT 1;

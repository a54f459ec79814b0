"""From a CleanDocument to observations: mentions are found, linked, judged."""

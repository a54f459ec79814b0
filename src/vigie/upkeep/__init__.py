"""Erasing and keeping in order what is stored: purges, requests of persons, better redaction, retention."""

"""Loads and checks data/lexicons; compiles the matchers."""

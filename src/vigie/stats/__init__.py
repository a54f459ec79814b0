"""Statistics: arrays in, frozen results out; no access to a store."""

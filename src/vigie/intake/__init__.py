"""Tables and field notes on their way into the store."""

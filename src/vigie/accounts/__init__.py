"""Who may do what on a server that several people share: accounts, sessions, tokens, the log of what they did."""

"""What the store holds as series, and what statistics say of them: tables for the verbs `vigie stats`."""

"""Other tools on the same records; each runs in a process of its own."""

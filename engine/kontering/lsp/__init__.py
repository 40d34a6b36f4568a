"""The language server: what the checker knows, told to an editor while an author types."""

"""One module for each version of the store's tables: `upgrade` brings the version before it there."""

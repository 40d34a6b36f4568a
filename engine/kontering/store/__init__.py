"""What is remembered: documents, deliveries, links, lanes, cursors and the audit chain, in one database."""

"""Frozen data that everybody speaks: money, records, documents, plans, links."""

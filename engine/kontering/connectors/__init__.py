"""Connectors: one folder a system, each exporting one value, CONNECTOR."""

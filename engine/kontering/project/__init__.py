"""The project file: connections, flows, tables, snapshots, and secrets by name."""

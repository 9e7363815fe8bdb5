"""Backups against PostgreSQL's own programs: throughput, memory, restore."""

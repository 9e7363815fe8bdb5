"""Programs of the repository's own upkeep: what is generated, and what is checked before a change goes in."""

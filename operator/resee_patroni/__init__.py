"""What surrounds Patroni in the image of PostgreSQL across zones: start, roles, and the way out of a node."""

"""A real Kubernetes for development and tests: always kind, on Docker or on a private engine."""

"""Faults on three nodes in three zones, under clients that count. `make test-zones`; not part of `make
test`."""

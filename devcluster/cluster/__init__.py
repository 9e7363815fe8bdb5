"""Clusters of kind: made, repaired, filled with images, looked at and removed."""

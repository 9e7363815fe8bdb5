"""The node image for a machine without an image registry, made from Debian's packages and Go modules."""

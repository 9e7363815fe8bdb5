"""Whether servers that somebody else runs are fit for Resee: one module for each kind, one form of answer."""

"""Requests a second of the hot endpoints through nginx in a cluster, beside a bare view and a bare query."""

"""Liveness of beat, asked of beat itself: its loop turns, whatever workers and broker do (config/beat.py)."""

from probe import check

check("beat-alive", max_age=60)

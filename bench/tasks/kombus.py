"""Resee's settings on kombu's own transport: what config.handover costs, and what it saves."""

from __future__ import annotations

from config.celery import app

app.conf.broker_transport = None  # the one that the URL names

__all__ = ["app"]

"""Resee's settings on kombu's own transport: what the application's costs, and what it saves."""

from __future__ import annotations

from importlib import import_module

app = import_module("config.celery").app
app.conf.broker_transport = None  # the one that the URL names

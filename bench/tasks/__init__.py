"""Celery by Resee's settings, on kombu's transport and by its own defaults: tasks a second, and tasks lost by kills."""

"""Celery by Resee's settings and by its own: tasks a second, and tasks lost when things are killed."""

"""Celery by Resee's settings, kombu's transport and Celery's defaults: tasks a second, tasks lost."""

"""What every other app uses: request ids, paging, throttles, errors, metrics, the replica. No models."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import identity, replica, silence, task_signals, tokens  # noqa: F401

        tokens.install()
        identity.follow()
        if replica.exists():
            silence.install()

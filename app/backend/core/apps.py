"""What every other app uses: request ids, paging, throttles, errors, metrics, the replica. No models."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import identity, task_signals, tokens  # noqa: F401

        tokens.install()
        identity.follow()

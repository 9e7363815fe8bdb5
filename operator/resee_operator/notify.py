"""Slack: one message when a deployment gets into trouble, and one when it is out of it again."""

from __future__ import annotations

import logging

import aiohttp

log = logging.getLogger(__name__)

_SECONDS = 5
"""Longest wait for Slack: a pass is waiting."""


async def slack(webhook: str, text: str) -> None:
    """Send a text to a Slack webhook. What goes wrong is logged, without the address, which is a secret."""
    # Only here: most operators never send one, and the library takes more than a MiB.
    from slack_sdk.webhook.async_client import AsyncWebhookClient

    try:
        answer = await AsyncWebhookClient(webhook, timeout=_SECONDS).send(text=text)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        log.warning("Slack was not told: %s", type(error).__name__)
        return
    if answer.status_code != 200:
        log.warning("Slack was not told: HTTP %d", answer.status_code)

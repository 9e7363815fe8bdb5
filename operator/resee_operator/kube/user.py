"""Connecting as a person does: by a context of a kubeconfig, with the namespace that it stands for."""

from __future__ import annotations

from kubernetes.aio.client import Configuration
from kubernetes.aio.config import ConfigException, list_kube_config_contexts, load_kube_config

from resee_operator.errors import UserError
from resee_operator.kube.configuration import load_configuration


async def connect_as_user(kubeconfig: str | None, context: str | None) -> tuple[Configuration, str]:
    """Configuration and namespace of a context, as kubectl takes them; inside a Pod, those of the Pod.

    Raises:
        UserError: there is no such file or context, or it cannot be used.
    """
    try:
        if kubeconfig is None and context is None:
            configuration = await load_configuration()
        else:
            configuration = Configuration()
            await load_kube_config(  # type: ignore[no-untyped-call]
                kubeconfig, context=context, client_configuration=configuration, persist_config=False
            )
        return configuration, _namespace_of(kubeconfig, context)
    except ConfigException as error:
        raise UserError(
            str(error), field="--kubeconfig, --context", remedy="name a kubeconfig and one of its contexts"
        ) from None


def _namespace_of(kubeconfig: str | None, context: str | None) -> str:
    try:
        contexts, current = list_kube_config_contexts(kubeconfig)  # type: ignore[no-untyped-call]
    except ConfigException:
        # In a Pod there is no kubeconfig.
        return "default"
    chosen = next((found for found in contexts if found["name"] == context), current)
    return str(chosen["context"].get("namespace") or "default")

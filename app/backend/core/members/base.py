"""Django's backend for PostgreSQL, whose connections lead to the server that takes writes."""

from typing import Any

from django.db.backends.postgresql import base

from core import members


class DatabaseWrapper(base.DatabaseWrapper):
    """The entry of DATABASES names the servers in MEMBERS, as pairs of host and port."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        servers = members.of(tuple(self.settings_dict["MEMBERS"]))
        return servers.connect(super().get_new_connection, conn_params)

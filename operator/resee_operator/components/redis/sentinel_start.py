"""How a Redis server and a Sentinel find their place at their start, and how a master leaves: small
programs for the shell of the official image, which has no other language.

Whom to follow is what the Sentinels say. Where none answers, a server goes on as it was, and on an empty
volume the first one is the master. A Sentinel that finds no other looks for the server that is a master
with a replica. Variables: HOST (own name), SERVERS, SENTINELS, MASTER (the Sentinels' name of it). Passwords
are in files: see passwords.py."""

from __future__ import annotations

from typing import Final

from resee_operator.components.redis.names import KEEP
from resee_operator.components.redis.passwords import FOLDER, GIVEN, PREPARE, ask, follow
from resee_operator.components.topology import REDIS_PORT, SENTINEL_PORT

CONFIG: Final = "/data/redis.conf"
"""Sentinels tell a server its place, and Redis writes it here; the start makes the rest anew."""
QUORUM: Final = 2
_DOWN_AFTER: Final = 5000
"""Milliseconds without an answer after which a Sentinel takes the master for dead. Less would take a slow
disk for a death; more would not fit into the 15 seconds after which tasks are to flow again."""
_FAILOVER: Final = 10000
"""Milliseconds after which a failover that got stuck is tried again by another Sentinel."""

SERVERS_KEY: Final = "password"
SENTINELS_KEY: Final = "sentinel-password"
"""Keys of the Secret, and so names of files: by what to log in elsewhere."""

_NAMED: Final = f"""
set -u
named() {{
    for sentinel in $SENTINELS; do
        found=$(REDISCLI_AUTH=$(cat {FOLDER}/{SENTINELS_KEY}) timeout 2 redis-cli -e --raw -h "$sentinel" \\
            -p {SENTINEL_PORT} sentinel get-master-addr-by-name "$MASTER" 2>/dev/null) || continue
        set -- $found
        [ $# -eq 2 ] && echo "$1" && return 0
    done
    return 1
}}
"""

SERVER: Final = f"""{PREPARE}{_NAMED}{KEEP}
first=${{SERVERS%% *}}
if ! master=$(named); then
    master=$first
    if [ -f {CONFIG} ]; then
        master=$(sed -n 's/^replicaof \\([^ ]*\\) .*/\\1/p' {CONFIG})
    fi
fi
[ "${{master:-$HOST}}" = "$HOST" ] && place= || place="replicaof $master {REDIS_PORT}"
echo "starts as ${{place:-the master}}"
{{ cat {GIVEN}; echo "$own_user"; echo "$place"; }} >{CONFIG}
keep_names &
exec redis-server {CONFIG} --replica-announce-ip "$HOST" "$@"
"""

WATCHER: Final = f"""{PREPARE}{_NAMED}{KEEP}
serving() {{
    for server in $SERVERS; do
        state=$(REDISCLI_AUTH=$(cat {FOLDER}/{SERVERS_KEY}) timeout 2 redis-cli -e -h "$server" \\
            info replication 2>/dev/null | tr -d '\\r') || continue
        count=$(echo "$state" | sed -n 's/^connected_slaves://p')
        echo "$state" | grep -q ^role:master && [ "$count" -ge "$1" ] && echo "$server" && return 0
    done
    return 1
}}
tries=0
until master=$(named) || master=$(serving 1) || {{ [ $tries -ge 15 ] && master=$(serving 0); }}; do
    tries=$((tries + 1))
    sleep 1
done
echo "watches $master"
cat - {GIVEN} >/tmp/sentinel.conf <<END
port {SENTINEL_PORT}
dir /tmp
$own_user
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $HOST
sentinel announce-port {SENTINEL_PORT}
sentinel myid $(printf %s "$HOST" | sha1sum | cut -c 1-40)
sentinel monitor $MASTER $master {REDIS_PORT} {QUORUM}
sentinel down-after-milliseconds $MASTER {_DOWN_AFTER}
sentinel failover-timeout $MASTER {_FAILOVER}
sentinel parallel-syncs $MASTER 1
END
keep_names &
exec redis-server /tmp/sentinel.conf --sentinel "$@"
"""

READY: Final = f"""{follow(REDIS_PORT)}
ask ping && ask info replication | grep -q -e ^role:master -e ^master_link_status:up
"""
"""Ready is a master, or a replica that is in step, so that a rolling update waits for it."""

WATCHES: Final = f"{follow(SENTINEL_PORT)}ask ping"
SENTINEL_ANSWERS: Final = f"{ask(SENTINEL_PORT)}ask ping"
ANSWERS: Final = f"{ask(REDIS_PORT)}ask ping"

ALIVE: Final = f"""{ask(REDIS_PORT)}{_NAMED}
redis-cli ping || exit 1
[ "$(ask --raw role | head -n 1)" = master ] || exit 0
master=$(named) || exit 0
[ "$master" = "$HOST" ]
"""
"""Dead is who does not answer, and who takes itself for the master when the Sentinels, who do not know of
it, name another: its start asks them again. One that loads its data answers with an error, and lives."""

LEAVE: Final = f"""{ask(REDIS_PORT)}{_NAMED}
[ "$(ask --raw role | head -n 1)" = master ] && [ "$(named)" = "$HOST" ] || exit 0
# Nobody writes from here on, so that nothing is taken that the next master does not have.
ask client pause 10000 write
for sentinel in $SENTINELS; do
    REDISCLI_AUTH=$(cat {FOLDER}/{SENTINELS_KEY}) timeout 2 redis-cli -e -h "$sentinel" -p {SENTINEL_PORT} \\
        sentinel failover "$MASTER" && break
done
tries=0
while [ $tries -lt 50 ]; do
    master=$(named)
    # The Sentinels would tell this server eight seconds later; its clients are to ask anew at once.
    if [ -n "$master" ] && [ "$master" != "$HOST" ]; then
        ask replicaof "$master" {REDIS_PORT}
        ask client kill type normal
        exit 0
    fi
    tries=$((tries + 1))
    sleep 0.2
done
exit 0
"""

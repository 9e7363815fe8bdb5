"""Celery's transport: Redis hands a task out in one step, and keeps it until the worker says it is done.

Kombu's own takes a message off its list by BRPOP and writes it into `unacked` by a second call. Whoever dies
in between - Redis, worker, node, network - takes the message along. Here one script does both, so that a
message is always in its list or in `unacked`.

Scripts cannot wait, so an idle worker waits for a bell beside each list: a list with one token in it, which
may be lost without harm. Sending a message rings; so does taking one while others are left. A look that no
bell has asked for comes every second. Messages and keys are otherwise kombu's own: either reads what the
other wrote.
"""

import logging
from queue import Empty
from time import monotonic, time
from typing import TYPE_CHECKING, Any

import redis
from kombu.transport import redis as kombu_redis
from kombu.transport import virtual
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

# Seconds after which a bell that nobody hears falls silent: the lists of answers to `inspect` come and go.
_BELL_KEPT_FOR = 60
# Milliseconds. Replicas confirm within two; one that is away for longer will miss the task in a failover.
_REPLICAS_WITHIN = 1000

_RING = f"""
local function ring(list)
    local bell = 'bell:' .. list
    if redis.call('EXISTS', bell) == 0 then
        redis.call('LPUSH', bell, 1)
        redis.call('EXPIRE', bell, {_BELL_KEPT_FOR})
    end
end
"""

_PUT = f"""{_RING}
redis.call('LPUSH', KEYS[1], ARGV[1])
ring(KEYS[1])
"""

# Keys: `unacked` and its index, then the lists in the order of looking. The message comes back with its list,
# or the list alone where it holds what no worker can read: that is put aside, else it would come for ever.
_HAND_OUT = f"""{_RING}
local function entry(message)
    local properties = cjson.decode(message)['properties']
    local info = properties['delivery_info']
    local origin = cjson.encode(info['exchange']) .. ',' .. cjson.encode(info['routing_key'])
    return properties['delivery_tag'] .. '', '[' .. message .. ',' .. origin .. ']'
end
for number = 3, #KEYS do
    local list = KEYS[number]
    local message = redis.call('RPOP', list)
    if message then
        if redis.call('EXISTS', list) == 1 then
            ring(list)
        end
        local readable, tag, kept = pcall(entry, message)
        if not readable then
            redis.call('LPUSH', list .. ':unreadable', message)
            return {{list}}
        end
        redis.call('HSET', KEYS[1], tag, kept)
        redis.call('ZADD', KEYS[2], ARGV[1], tag)
        return {{list, message}}
    end
end
"""


if TYPE_CHECKING:
    _Base = kombu_redis.Channel
else:
    _Base = object


class QoS(kombu_redis.QoS):
    """Kombu's, for messages that are in `unacked` before they arrive."""

    channel: "HandOver"

    def append(self, message: Any, delivery_tag: str) -> None:
        if delivery_tag == self.channel.handed_out:
            virtual.QoS.append(self, message, delivery_tag)
        else:
            super().append(message, delivery_tag)


class HandOver(_Base):
    """The part of a channel that gives and takes messages, for one server and for the Sentinels' master.

    Kombu polls by `_brpop_start`, which sends one command, and `_brpop_read` once there is an answer. Here
    that command is the hand-out, and after one that came back empty the wait for a bell.
    """

    QoS = QoS
    # The delivery tag of the message that is being given to its consumer.
    handed_out: str | None = None
    _waits = False
    # How many replicas must have a task before its sender is told that it is sent.
    replicas = 0

    def __init__(self: Any, *args: Any, **options: Any) -> None:
        self._unacknowledged: set[str] = set()
        super().__init__(*args, **options)

    def basic_consume(self: Any, queue: str, no_ack: bool, *args: Any, **options: Any) -> Any:
        if no_ack:
            self._unacknowledged.add(queue)
        return super().basic_consume(queue, no_ack, *args, **options)

    def _brpop_start(self: Any, timeout: float | None = None) -> None:
        queues = self._queue_cycle.consume(len(self.active_queues))
        if not queues:
            return
        lists = [self._q_for_pri(queue, step) for step in self.priority_steps for queue in queues]
        self._in_poll = self.client.connection
        self._brpop_sent_at = monotonic()
        if self._waits:
            command = ["BRPOP", *(f"bell:{one}" for one in lists), timeout or self.brpop_timeout]
        else:
            keys = [self.unacked_key, self.unacked_index_key, *lists]
            # Whole, not by its hash: a Redis that was started anew does not know the hash.
            command = ["EVAL", _HAND_OUT, len(keys), *keys, time()]
        self.client.connection.send_command(*command)

    def _brpop_read(self: Any, **options: Any) -> bool:
        waited, self._waits = self._waits, False
        try:
            found = self._answer("BRPOP" if waited else "EVAL", options)
            if not waited and found:
                return bool(self._give(*(bytes_to_str(part) for part in found)))
            self._waits = not waited
            raise Empty
        finally:
            self._in_poll = None
            self._flush_brpop_reauth()

    def _answer(self: Any, command: str, options: dict[str, Any]) -> Any:
        try:
            return self.client.parse_response(self.client.connection, command, **options)
        except self.connection_errors:
            # The next turn connects anew.
            self.client.connection.disconnect()
            raise

    def _give(self: Any, name: str, text: str | None = None) -> bool:
        if text is None:
            logger.error("a message that is no task was put aside: see the list %s:unreadable", name)
            raise Empty
        queue = name.rsplit(self.sep, 1)[0]
        message = loads(text)
        self._queue_cycle.rotate(queue)
        self.handed_out = message["properties"]["delivery_tag"]
        self.connection._deliver(message, queue)
        if queue in self._unacknowledged:
            self.qos._remove_from_indices(self.handed_out).execute()
        return True

    def _put(self: Any, queue: str, message: dict[str, Any], **options: Any) -> None:
        if options.get("_publish_batch") is not None or queue in self._expires:
            # Batches, and answers to `inspect`: kombu's way, and found within a second.
            super()._put(queue, message, **options)
            return
        name = self._q_for_pri(queue, self._get_message_priority(message, reverse=False))
        with self.conn_or_acquire() as client, client.pipeline(transaction=False) as pipe:
            pipe.eval(_PUT, 1, name, dumps(message))
            if self.replicas:
                pipe.execute_command("WAIT", self.replicas, _REPLICAS_WITHIN)
            _, *confirmed = pipe.execute()
            if confirmed and confirmed[0] < self.replicas:
                self._no_replica(client)

    def _no_replica(self, client: redis.Redis) -> None:
        """Where a replica is in step at all, a task that none of them has yet counts as not sent."""
        replicas = (value for name, value in client.info("replication").items() if name.startswith("slave"))
        if any(isinstance(one, dict) and one["state"] == "online" for one in replicas):
            raise redis.TimeoutError(f"no replica has confirmed the task within {_REPLICAS_WITHIN} ms")


class Channel(HandOver, kombu_redis.Channel):
    """Of one server."""


class SentinelChannel(HandOver, kombu_redis.SentinelChannel):
    """Of the master that Sentinels name; a task is sent when a replica has it, and so outlives a failover."""

    replicas = 1


# What a server answers in a failover: READONLY, NOREPLICAS, UNBLOCKED, MASTERDOWN and so on. Kombu takes them
# for mistakes of the program, on which a worker ends; here the connection is made anew.
_CONNECTION_ERRORS = (*kombu_redis.Transport.connection_errors, redis.ResponseError)


class Transport(kombu_redis.Transport):
    """For redis:// and rediss://."""

    Channel = Channel
    connection_errors = _CONNECTION_ERRORS


class SentinelTransport(kombu_redis.SentinelTransport):
    """For sentinel://."""

    Channel = SentinelChannel
    connection_errors = _CONNECTION_ERRORS

"""Tasks are handed out in one step: whatever dies, each is in its list or in `unacked`."""

import json
import socket
from base64 import b64encode
from contextlib import contextmanager

import pytest
import redis
from kombu import Connection, Exchange, Queue

from config.celery import app
from config.handover import Transport
from core.redis import broker
from testing.budgets import SERVICE_STARTS, TASK_RUNS, wait_until
from testing.services import Redis, free_port

# Seconds: so long that what arrives was not found by a look that nobody asked for.
LONG = 25
# Milliseconds, for a replica on a machine that is busy.
PATIENT = 20_000
KOMBU = "kombu.transport.redis:Transport"
OURS = "config.handover:Transport"


@contextmanager
def connected(url, transport=OURS, **options):
    with Connection(url, transport=transport, transport_options=options) as connection:
        yield connection


@pytest.fixture
def url(redis_server):
    return redis_server.url(0)


def queue(name):
    return Queue(name, Exchange("", type="direct"), routing_key=name)


def send(connection, name, *bodies):
    for body in bodies:
        connection.Producer().publish(body, routing_key=name)


class Taker:
    """A consumer with room for some messages, that notes what it was given."""

    def __init__(self, connection, *names, room=1, wait=1, **options):
        self.connection, self.bodies, self.messages = connection, [], []
        self.channel = connection.channel()
        self.channel.brpop_timeout = wait
        self.channel.basic_qos(prefetch_count=room)
        self.consumer = self.channel.Consumer(
            [queue(name) for name in names], callbacks=[self._take], **options
        )
        self.consumer.consume()

    def _take(self, body, message):
        self.bodies.append(body)
        self.messages.append(message)

    def take(self, count, seconds=TASK_RUNS):
        """Returns once it has been given so many in all."""
        while len(self.bodies) < count:
            self.connection.drain_events(timeout=seconds)
        return self.bodies

    def look(self):
        """Asks Redis, and waits for the bell after it found nothing; returns at once."""
        with pytest.raises(socket.timeout):
            self.connection.drain_events(timeout=0.1)


def kept():
    """Bodies of what is handed out and not done."""
    return sorted(json.loads(value)[0]["body"] for value in broker().hvals("unacked"))


def bodies(*texts):
    return sorted(b64encode(text.encode()).decode() for text in texts)


def test_the_application_uses_it():
    with app.connection_for_write() as connection:
        assert isinstance(connection.transport, Transport)


def test_what_redis_handed_out_is_kept_when_all_die_before_it_arrives():
    """The answer is never read, and Redis is killed: kombu's own way loses the message."""
    server = Redis()
    server.start()
    try:
        with connected(server.url(0)) as connection:
            send(connection, "email", "only")
            taker = Taker(connection, "email")
            connection.transport.cycle.on_poll_start()
            wait_until("it is handed out", lambda: not server.client().llen("email"), TASK_RUNS)
            server.kill()
            server.start()
            taker.channel._in_poll = None
        assert [json.loads(value)[2] for value in server.client().hvals("unacked")] == ["email"]
        assert server.client().zcard("unacked_index") == 1
    finally:
        server.remove()


def test_a_message_is_given_once_and_gone_when_it_is_done(url):
    with connected(url) as connection:
        send(connection, "email", "one", "two")
        taker = Taker(connection, "email")
        assert taker.take(1) == ["one"]
        assert kept() == bodies("one")
        taker.messages[0].ack()
        assert taker.take(2) == ["one", "two"]
        taker.messages[1].ack()
        assert (kept(), broker().llen("email"), broker().zcard("unacked_index")) == ([], 0, 0)


def test_no_more_are_taken_than_there_is_room_for(url):
    with connected(url) as connection:
        send(connection, "email", *"abcd")
        Taker(connection, "email", room=3).take(3)
        assert (kept(), broker().llen("email")) == (bodies(*"abc"), 1)


def test_queues_take_turns(url):
    with connected(url) as connection:
        send(connection, "default", "d1", "d2", "d3")
        send(connection, "email", "e1", "e2", "e3")
        taken = Taker(connection, "default", "email", room=6).take(6)
        assert sorted(taken[:2]) == ["d1", "e1"]
        assert sorted(taken[2:4]) == ["d2", "e2"]


def test_who_waits_is_woken_by_a_message(url):
    with connected(url) as waiting, connected(url) as sending:
        taker = Taker(waiting, "default", "email", wait=LONG)
        taker.look()
        send(sending, "email", "now")
        assert taker.take(1, LONG / 2) == ["now"]


def test_each_of_those_who_wait_is_woken(url):
    """One has room for one message only: the other must hear of the second, though one bell rang."""
    with connected(url) as first, connected(url) as second:
        takers = [Taker(connection, "email", wait=LONG) for connection in (first, second)]
        for taker in takers:
            taker.look()
        send(second, "email", "one", "two")
        for taker in takers:
            taker.take(1, LONG / 2)
        assert sorted(takers[0].bodies + takers[1].bodies) == ["one", "two"]


def test_a_lost_bell_costs_a_second_and_no_message(url):
    with connected(url) as connection:
        taker = Taker(connection, "email")
        taker.look()
        with connected(url, KOMBU) as other:
            send(other, "email", "unheard")
        assert broker().keys("bell:*") == []
        assert taker.take(1) == ["unheard"]


def test_who_waits_asks_nothing_meanwhile(url):
    with connected(url) as connection:
        taker = Taker(connection, "default", "reviews", "email", wait=8)
        taker.look()
        before = calls()
        taker.look()
        taker.look()
        assert calls() == before


def calls():
    stats = broker().info("commandstats")
    return {name: stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("eval", "brpop")}


def test_kombus_own_worker_reads_what_is_sent_and_takes_over(url):
    """As during a rollout from or to a version without this transport."""
    with connected(url) as ours, connected(url, KOMBU) as kombus:
        send(ours, "email", "new", "newer")
        Taker(ours, "email").take(1)
        ours.collect()
        taker = Taker(kombus, "email", room=2)
        assert sorted(taker.take(2)) == ["new", "newer"]


def test_what_a_dead_worker_had_comes_back_to_another(url):
    with connected(url) as dead, connected(url, visibility_timeout=0, unacked_restore_throttle=1) as other:
        send(dead, "email", "left")
        first = Taker(dead, "email")
        first.take(1)
        # Dead: it will not put back by itself what it had.
        first.channel.qos._delivered.clear()
        second = Taker(other, "email")
        second.channel.qos.restore_visible()
        assert second.take(1) == ["left"]
        assert second.messages[0].headers["redelivered"]


def test_what_needs_no_acknowledgement_is_not_kept(url):
    """As the answers to `celery inspect`."""
    with connected(url) as connection:
        send(connection, "email", "answer")
        assert Taker(connection, "email", no_ack=True).take(1) == ["answer"]
        assert (kept(), broker().zcard("unacked_index")) == ([], 0)


@pytest.mark.parametrize("text", ["no json", "[]", '{"properties": null}', '{"properties": {}}'])
def test_what_no_worker_can_read_is_put_aside(url, text, caplog):
    with connected(url) as connection:
        broker().lpush("email", text)
        send(connection, "email", "good")
        assert Taker(connection, "email").take(1) == ["good"]
        assert kept() == bodies("good")
    assert broker().lrange("email:unreadable", 0, -1) == [text.encode()]
    assert "email:unreadable" in caplog.text


def test_a_full_redis_hands_out_what_it_has(url):
    """Sending is refused then; taking must not be, and must not lose."""
    with connected(url) as connection:
        send(connection, "email", "kept")
        taker = Taker(connection, "email")
        broker().config_set("maxmemory", 1)
        try:
            with pytest.raises(redis.RedisError, match="maxmemory"):
                send(connection, "email", "refused")
            assert taker.take(1) == ["kept"]
        finally:
            broker().config_set("maxmemory", 0)
        assert kept() == bodies("kept")


@pytest.fixture
def replicated():
    """A master and a replica that is in step."""
    master = Redis(repl_diskless_sync_delay=0)
    replica = Redis(port=free_port(), replicaof=f"127.0.0.1 {master.port}")
    replica.port = replica.options["port"]
    for server in (master, replica):
        server.start()
    wait_until("in step", lambda: master.client().wait(1, 100), SERVICE_STARTS)
    yield master, replica
    for server in (replica, master):
        server.remove()


def test_a_task_is_sent_when_a_replica_has_it(replicated, monkeypatch):
    """So that it outlives the master; a replica that hangs makes it an error, and none at all does not."""
    monkeypatch.setattr("config.handover.Channel.replicas", 1)
    master, replica = replicated
    with connected(master.url(0)) as connection:
        monkeypatch.setattr("config.handover._REPLICAS_WITHIN", PATIENT)
        send(connection, "email", "one")
        assert replica.client().llen("email") == 1

        monkeypatch.setattr("config.handover._REPLICAS_WITHIN", 200)
        with replica.hanging(), pytest.raises(redis.RedisError, match="no replica"):
            send(connection, "email", "two")

        replica.kill()
        wait_until("it is missed", lambda: not replicas(master), TASK_RUNS)
        send(connection, "email", "three")


def replicas(server):
    return server.client().info("replication")["connected_slaves"]

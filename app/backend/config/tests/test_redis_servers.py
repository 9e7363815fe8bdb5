"""Redis by its URL, over TLS, and behind Sentinels: the settings, and a real failover."""

import os
import subprocess
import sys

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from config.redis_servers import Servers, from_environment
from core.redis import cached
from testing import certificates
from testing.budgets import PROCESS_IS_READY, TASK_RUNS, wait_until
from testing.programs import gunicorn, worker
from testing.sentinels import Sentinels
from testing.services import Redis

URL = "redis://:pass%2Fword@cache.example:6380/3"
TWO = Servers(sentinels=(("one", 26379), ("two", 26380)), password="new/pass", sentinel_password="secret")


def test_one_server_is_reached_by_its_url():
    options = Servers().client(URL).connection_pool.connection_kwargs

    assert (options["host"], options["port"], options["db"]) == ("cache.example", 6380, 3)
    assert options["password"] == "pass/word"
    assert Servers().broker(URL) == {
        "broker_url": URL,
        "broker_transport": "config.handover:Transport",
        "broker_transport_options": {},
    }


def test_sentinels_replace_host_and_port_and_keep_the_database():
    pool = TWO.client(URL).connection_pool

    assert pool.service_name == "resee"
    assert (pool.connection_kwargs["db"], pool.connection_kwargs["password"]) == (3, "new/pass")
    asked = [watcher.connection_pool.connection_kwargs for watcher in pool.sentinel_manager.sentinels]
    assert [(one["host"], one["port"], one["password"]) for one in asked] == [
        ("one", 26379, "secret"),
        ("two", 26380, "secret"),
    ]


def test_celery_asks_the_same_sentinels():
    broker = TWO.broker(URL)

    assert broker["broker_url"] == "sentinel://:new%2Fpass@one:26379/3;sentinel://:new%2Fpass@two:26380/3"
    assert broker["broker_transport"] == "config.handover:SentinelTransport"
    options = broker["broker_transport_options"]
    assert (options["master_name"], options["sentinel_kwargs"]["password"]) == ("resee", "secret")


def test_the_urls_own_password_counts_where_no_other_is_given():
    found = Servers(sentinels=(("one", 26379),))

    assert found.client(URL).connection_pool.connection_kwargs["password"] == "pass/word"
    assert found.broker("redis://nobody/0")["broker_url"] == "sentinel://one:26379/0"


@pytest.mark.parametrize("sentinels", [(), (("one", 26379),)])
def test_tls_asks_for_a_certificate_always(sentinels):
    servers = Servers(sentinels=sentinels, ca_file="/etc/ca.crt")

    options = servers.client("rediss://cache.example/0").connection_pool.connection_kwargs
    broker = servers.broker("rediss://cache.example/0")

    assert (options["ssl_cert_reqs"], options["ssl_ca_certs"]) == (2, "/etc/ca.crt")
    assert broker["broker_use_ssl"] == {"ssl_cert_reqs": 2, "ssl_ca_certs": "/etc/ca.crt"}


@pytest.mark.parametrize("text", [":26379", "one:port", "one:26379,:1"])
def test_a_broken_list_of_sentinels_is_named(monkeypatch, text):
    monkeypatch.setenv("SENTINEL_HOSTS", text)

    with pytest.raises(ImproperlyConfigured, match="SENTINEL_HOSTS"):
        from_environment()


def test_the_environment_gives_all(monkeypatch):
    for name, value in {
        "SENTINEL_HOSTS": "one:26379,two",
        "SENTINEL_MASTER": "other",
        "REDIS_PASSWORD": "a",
        "SENTINEL_PASSWORD": "b",
        "REDIS_CA_FILE": "/ca.crt",
    }.items():
        monkeypatch.setenv(name, value)

    assert from_environment() == Servers((("one", 26379), ("two", 26379)), "other", "a", "b", "/ca.crt")


def test_djangos_cache_goes_by_the_same_client():
    cache.set("word", {"kept": 1}, 60)

    assert cache.get("word") == {"kept": 1}
    assert cached().keys("*word*")


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory):
    """A Redis that speaks TLS only."""
    made = certificates.make(tmp_path_factory.mktemp("tls"))
    server = Redis()
    server.encrypt(made)
    server.start()
    yield f"rediss://127.0.0.1:{server.port}/0", made.authority
    server.remove()


def test_a_server_with_a_certificate_of_our_authority_is_spoken_to(encrypted):
    url, authority = encrypted
    app = Celery("tls")
    app.conf.update(Servers(ca_file=str(authority)).broker(url))

    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1)
        assert connection.default_channel.client.ping()


def test_a_server_whose_certificate_nobody_knows_is_refused(encrypted):
    with pytest.raises(redis.ConnectionError, match="certificate"):
        Servers().client(encrypted[0]).ping()


def test_a_variable_encrypts_whatever_the_urls_say(encrypted, monkeypatch):
    url, authority = encrypted
    monkeypatch.setenv("REDIS_TLS", "true")
    monkeypatch.setenv("REDIS_CA_FILE", str(authority))
    servers, plain = from_environment(), url.replace("rediss://", "redis://")

    assert servers.client(plain).ping()
    assert servers.broker(plain)["broker_url"] == url
    assert servers.broker(url)["broker_url"] == url


def test_sentinels_and_the_master_are_spoken_to_encrypted(tmp_path):
    made = certificates.make(tmp_path)
    with Sentinels(made) as running:
        servers = Servers(
            sentinels=tuple(("127.0.0.1", watcher.port) for watcher in running.watchers),
            password=running.password,
            sentinel_password=running.own_password,
            ca_file=str(made.authority),
            tls=True,
        )
        app = Celery("tls-sentinels")
        app.conf.update(servers.broker(running.environment["REDIS_URL"]))

        assert servers.client("redis://nobody.invalid/1").set("word", "kept")
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1)
            assert connection.default_channel.client.ping()


@pytest.fixture
def sentinels():
    with Sentinels() as made:
        yield made


@pytest.mark.django_db(transaction=True)
def test_web_and_worker_follow_the_master_when_it_dies(sentinels):
    """Both were connected to the old master; neither is restarted."""
    with (
        gunicorn(**sentinels.environment) as web,
        worker("--include", "testing.tasks", **sentinels.environment) as program,
    ):
        wait_until("the worker is ready", lambda: program.passes("worker_ready"), PROCESS_IS_READY)
        send(sentinels, "before")
        wait_until("a task ran", lambda: finished(sentinels, "before"), TASK_RUNS)

        sentinels.kill_master()

        wait_until("web is ready again", web.is_ready, PROCESS_IS_READY)
        send(sentinels, "after")
        wait_until("a task runs at the new master", lambda: finished(sentinels, "after"), PROCESS_IS_READY)
        assert program.passes("worker_alive")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_no_task_is_lost_in_a_failover(sentinels, tmp_path):
    """The master is killed while a worker takes tasks; what it had then runs again after 42 s."""
    marks, count = tmp_path / "marks", 200
    marks.touch()
    limit = {"TEST_MARKS": str(marks), "CELERY_TASK_TIME_LIMIT": "12"}
    call = "from config.celery import app\n"
    call += f"for n in range({count}): app.send_task('outbox.tasks.mark_for_tests', (n,))"
    assert _python(call, sentinels.environment)

    with worker("--include", "testing.tasks", **sentinels.environment, **limit):
        wait_until("a tenth has run", lambda: len(done(marks)) >= count // 10, PROCESS_IS_READY)
        sentinels.kill_master()
        wait_until("every task has run", lambda: len(done(marks)) == count, 3 * TASK_RUNS)


def done(marks):
    return set(marks.read_text().split())


def test_what_was_sent_outlives_the_master(sentinels, monkeypatch):
    """It is killed in the moment after the last answer."""
    monkeypatch.setattr("config.handover._REPLICAS_WITHIN", 20_000)  # milliseconds: the machine may be busy
    servers = _servers(sentinels)
    app = Celery("sender")
    app.conf.update(servers.broker("redis://nobody.invalid/0"))
    with app.connection_for_write() as connection:
        producer = connection.Producer()
        for number in range(300):
            producer.publish(str(number), routing_key="email")
        sentinels.kill_master()

    assert sentinels.replica.client().llen("email") == 300


def send(sentinels, word):
    """Sends a task from a process that knows nothing but the Sentinels."""
    call = f"from config.celery import app; app.send_task('outbox.tasks.say_for_tests', ('{word}',))"
    wait_until(f"{word} is sent", lambda: _python(call, sentinels.environment), PROCESS_IS_READY)


def _python(program, environment):
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def finished(sentinels, word):
    try:
        return _servers(sentinels).client("redis://nobody.invalid/1").llen(f"said:{word}")
    except redis.RedisError:
        return False


def _servers(sentinels):
    return Servers(
        sentinels=tuple(("127.0.0.1", watcher.port) for watcher in sentinels.watchers),
        password=sentinels.password,
        sentinel_password=sentinels.own_password,
    )

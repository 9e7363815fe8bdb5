"""A write whose connection is lost is done once: repeated where it left nothing, acknowledged where it did.

Server and standby are real ones. A commit waits while the server is told to wait for a standby that there is
not; what it has written is in the log then, and at the standby where that follows.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial

import psycopg2
import pytest
from django.db import DataError, OperationalError, connection, transaction
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken
from rest_framework_simplejwt.tokens import RefreshToken

from contents.models import Content
from core import commits
from testing.budgets import TASK_RUNS, wait_until
from testing.people import person
from testing.programs import gunicorn

pytestmark = pytest.mark.django_db(transaction=True)

NEW = {"title": "new", "body": "x"}
MESSAGE = "SELECT pg_logical_emit_message(true, 'test', 'x')"


@pytest.fixture
def writer(transactional_db):
    return person("writer@example.com")


@pytest.fixture
def headers(writer):
    return {"Authorization": writer.client._credentials["HTTP_AUTHORIZATION"]}


@pytest.fixture
def standby(writer, postgres_server):
    made = postgres_server.standby()
    yield made
    made.remove()


@pytest.fixture
def web(postgres_server, standby):
    name = connection.settings_dict["NAME"]
    members = ",".join(f"127.0.0.1:{server.port}" for server in (postgres_server, standby))
    environment = {"DATABASE_REPLICA_URL": standby.url(name), "DATABASE_MEMBERS": members}
    with gunicorn(**environment, WEB_CONCURRENCY="1") as made:
        yield made


def rows(server):
    """How many of the new contents a server has."""
    url = server.url(connection.settings_dict["NAME"])
    with closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contents_content WHERE title = 'new'")
        return cursor.fetchone()[0]


def configure(server, statement):
    server.execute(statement)
    server.execute("SELECT pg_reload_conf()")


@contextmanager
def commits_wait(server):
    """Commits are done and not acknowledged, until the block ends or the server does."""
    configure(server, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    try:
        wait_until("commits wait", partial(commit_waits, server), TASK_RUNS)
        yield
    finally:
        if server.process is not None:
            configure(server, "ALTER SYSTEM RESET synchronous_standby_names")


def commit_waits(server):
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(server.execute, MESSAGE)
        wait_until("it is done or waits", lambda: asked.done() or waiting(server, end=True), TASK_RUNS)
        return asked.exception() is not None


def waiting(server, end=False):
    """Whether a commit waits; `end` ends its connection."""
    what = "pg_terminate_backend(pid)" if end else "pid"
    with closing(psycopg2.connect(server.url("postgres"))) as session, session.cursor() as cursor:
        cursor.execute(f"SELECT {what} FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        return cursor.fetchall()


def end_waits_for(table, times, ask):
    """The answer to a request that waits for a table, and whose connection is ended then so many times."""
    known = [0]
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

            def another():
                cursor.execute("SELECT pid FROM pg_locks WHERE NOT granted AND pid <> ALL(%s)", [known])
                return cursor.fetchone()

            asked = pool.submit(ask)
            for _ in range(times):
                known += wait_until("it waits", another, TASK_RUNS)
                cursor.execute("SELECT pg_terminate_backend(%s)", [known[-1]])
        return asked.result()


def test_a_write_lost_between_its_first_row_and_its_commit_is_done_once(web, headers, postgres_server):
    ask = partial(web.post, "/api/contents/", json=NEW, headers=headers)
    answer = end_waits_for("reviews_reviewschedule", 1, ask)

    assert answer.status_code == 201
    assert list(Content.objects.filter(title="new").values_list("pk", flat=True)) == [answer.json()["id"]]


def test_it_is_repeated_one_time_and_no_more(web, headers):
    ask = partial(web.post, "/api/contents/", json=NEW, headers=headers)
    answer = end_waits_for("reviews_reviewschedule", 2, ask)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert not Content.objects.filter(title="new").exists()


def test_a_token_that_was_to_be_changed_for_another_stays_good(web, writer):
    token = RefreshToken.for_user(writer.user)
    ask = partial(web.post, "/api/auth/token/refresh/", json={"refresh": str(token)})
    answer = end_waits_for("token_blacklist_blacklistedtoken", 2, ask)

    assert answer.status_code == 503
    assert not BlacklistedToken.objects.exists()
    assert ask().status_code == 200


def test_a_commit_that_was_done_and_not_answered_is_acknowledged(web, headers, postgres_server):
    with ThreadPoolExecutor(1) as pool:
        with commits_wait(postgres_server):
            asked = pool.submit(web.post, "/api/contents/", json=NEW, headers=headers)
            wait_until("its commit waits", partial(waiting, postgres_server, end=True), TASK_RUNS)
        answer = asked.result()

    assert answer.status_code == 201
    assert list(Content.objects.filter(title="new").values_list("pk", flat=True)) == [answer.json()["id"]]


def test_what_follows_a_commit_follows_this_one_too(web, headers, redis_server, postgres_server):
    """The task of an export."""
    with ThreadPoolExecutor(1) as pool:
        with commits_wait(postgres_server):
            asked = pool.submit(web.post, "/api/analytics/export/", headers=headers)
            wait_until("its commit waits", partial(waiting, postgres_server, end=True), TASK_RUNS)
        answer = asked.result()

    assert answer.status_code == 202
    (message,) = redis_server.client().lrange("default", 0, -1)
    assert answer.json()["task_id"] in message.decode()


def test_a_commit_that_the_next_primary_has_is_acknowledged(web, headers, postgres_server, standby):
    try:
        with ThreadPoolExecutor(1) as pool:
            with commits_wait(postgres_server):
                asked = pool.submit(web.post, "/api/contents/", json=NEW, headers=headers)
                wait_until("the standby has it", partial(rows, standby), TASK_RUNS)
                assert waiting(postgres_server)
                postgres_server.stop()
            standby.promote()
            answer = asked.result()
        assert (answer.status_code, rows(standby)) == (201, 1)
    finally:
        restored(postgres_server)


def test_a_commit_that_the_next_primary_never_had_is_repeated(web, headers, postgres_server, standby):
    cut_off(standby, postgres_server)
    try:
        with ThreadPoolExecutor(1) as pool:
            with commits_wait(postgres_server):
                asked = pool.submit(web.post, "/api/contents/", json=NEW, headers=headers)
                wait_until("its commit waits", partial(waiting, postgres_server), TASK_RUNS)
                assert rows(standby) == 0
                postgres_server.stop()
            standby.promote()
            answer = asked.result()
        assert (answer.status_code, rows(standby)) == (201, 1)
    finally:
        restored(postgres_server)


def restored(server):
    """The tests' server serves again as before."""
    server.options["synchronous_standby_names"] = ""
    server.start()
    server.execute("ALTER SYSTEM RESET synchronous_standby_names")
    del server.options["synchronous_standby_names"]
    server.stop()
    server.start()
    connection.close()


def cut_off(standby, server):
    """The standby hears nothing more of the server."""
    configure(standby, "ALTER SYSTEM SET primary_conninfo = ''")
    with closing(psycopg2.connect(server.url("postgres"))) as session, session.cursor() as cursor:
        session.autocommit = True
        none = "SELECT NOT EXISTS (SELECT FROM pg_stat_replication)"
        wait_until("it is cut off", lambda: cursor.execute(none) or cursor.fetchone()[0], TASK_RUNS)


def test_a_number_that_the_next_primary_has_given_anew_is_no_proof(postgres_server, standby):
    """By its number alone the lost transaction would count as committed."""
    cut_off(standby, postgres_server)
    with closing(psycopg2.connect(postgres_server.url("postgres"))) as session, session.cursor() as cursor:
        cursor.execute(MESSAGE)
        cursor.execute(commits.MARK)
        mark = dict(zip(("number", "written", "started", "replayed"), cursor.fetchone(), strict=True))
        session.rollback()
    standby.promote()

    with closing(psycopg2.connect(standby.url("postgres"))) as session, session.cursor() as cursor:
        session.autocommit = True

        def given_anew():
            cursor.execute("SELECT pg_current_xact_id()::text")
            return int(cursor.fetchone()[0]) >= int(mark["number"])

        wait_until("the number is given anew", given_anew, TASK_RUNS)
        cursor.execute("SELECT pg_xact_status(%s::xid8)", [mark["number"]])
        assert cursor.fetchone() == (commits.COMMITTED,)
        cursor.execute(commits.ASK, mark)
        assert cursor.fetchone()[-1] == commits.ABORTED


class Questions:
    """Answers to `ask`, one after the other; what is an exception is raised."""

    def __init__(self, *answers):
        self.answers, self.losses = list(answers), 0

    def ask(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def attempt(self, time_left=lambda: True):
        def lost():
            self.losses += 1

        return commits.Attempt(lost, time_left)


def gone():
    error = OperationalError("gone")
    error.__cause__ = psycopg2.OperationalError("gone")
    return error


@pytest.mark.parametrize(
    ("answers", "fate", "losses"),
    [
        (("committed",), commits.COMMITTED, 1),
        (("in progress", "in progress", "aborted"), commits.ABORTED, 1),
        ((gone(), "committed"), commits.COMMITTED, 2),
        ((None,), None, 1),
        ((DataError("no such function"),), None, 1),
    ],
)
def test_it_is_asked_until_a_server_tells(answers, fate, losses):
    questions = Questions(*answers)

    assert questions.attempt().fate(questions.ask) == fate
    assert (questions.answers, questions.losses) == ([], losses)


def test_nobody_is_asked_when_the_time_is_over():
    questions = Questions("in progress", "committed")
    left = [True, False]

    assert questions.attempt(lambda: left.pop(0)).fate(questions.ask) is None
    assert questions.answers == ["committed"]

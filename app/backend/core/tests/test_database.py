"""A database that goes away under a request: a read is asked again, a write says that it may not be done."""

import threading

import pytest
from django.db import DataError, OperationalError, connection, transaction

from categories.models import Category
from contents.models import Content
from reviews.models import ReviewHistory
from testing import certificates
from testing.budgets import TASK_RUNS, wait_until
from testing.programs import gunicorn
from testing.services import Postgres

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web():
    with gunicorn(WEB_CONCURRENCY="1") as made:
        yield made


def cut_off_while_it_waits(call, table):
    """Lets `call` wait for a table and ends its connection to the database meanwhile; returns its answer."""
    answers = []
    asking = threading.Thread(target=lambda: answers.append(call()))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        asking.start()
        wait_until("the request waits in the database", lambda: end_waiting(cursor), TASK_RUNS)
    asking.join()
    return answers[0]


def end_waiting(cursor):
    cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
    return cursor.fetchall()


def test_a_read_whose_connection_ends_is_asked_again(web, owner):
    Category.objects.create(owner=owner.user, name="Kanji")
    headers = {"Authorization": owner.client._credentials["HTTP_AUTHORIZATION"]}

    answer = cut_off_while_it_waits(
        lambda: web.get("/api/categories/", headers=headers), "categories_category"
    )

    assert (answer.status_code, answer.json()["count"]) == (200, 1)


def test_a_write_whose_connection_ends_is_not_repeated_and_says_so(web, owner):
    content = Content.objects.create(author=owner.user, title="Water", body="mizu")
    headers = {"Authorization": owner.client._credentials["HTTP_AUTHORIZATION"]}
    review = {"content_id": content.pk, "result": "remembered"}

    def complete():
        return web.post("/api/review/complete/", json=review, headers=headers)

    cut = cut_off_while_it_waits(complete, "reviews_reviewhistory")

    assert (cut.status_code, cut.headers["Retry-After"]) == (503, "2")
    assert cut.json() == {"detail": "The database does not answer. Try again in a few seconds."}
    assert not ReviewHistory.objects.exists()
    assert complete().status_code == 200
    assert ReviewHistory.objects.count() == 1


def test_without_a_database_every_answer_says_when_to_come_back(owner, postgres_outage):
    with postgres_outage():
        for answer in (owner.get("/api/review/today/"), owner.post("/api/categories/", name="Kanji")):
            assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_a_primary_that_became_a_standby_is_left(owner):
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    assert owner.post("/api/categories/", name="Kanji").status_code == 503
    assert owner.post("/api/categories/", name="Kanji").status_code == 201


@pytest.mark.parametrize("error", [OperationalError("deadlock detected"), DataError("out of range")])
def test_other_errors_of_the_database_are_failures_as_before(owner, monkeypatch, error):
    calls = []

    def fails(_):
        calls.append(1)
        raise error

    monkeypatch.setattr("reviews.views.by_category", fails)
    owner.client.raise_request_exception = False

    assert owner.get("/api/review/category-stats/").status_code == 500
    assert len(calls) == 1


@pytest.fixture
def encrypted():
    """A PostgreSQL that takes connections by TLS, and the file of its authority."""
    server = Postgres(ssl="on")
    server.folder.chmod(0o755)
    made = certificates.make(server.folder, owner=server.identity().get("user"))
    server.options |= {"ssl_cert_file": made.certificate, "ssl_key_file": made.key}
    server.start()
    yield server.url("postgres"), made.authority
    server.remove()


def test_the_servers_certificate_is_checked(encrypted, tmp_path):
    import psycopg2

    url, authority = encrypted
    stranger = certificates.make(tmp_path).authority

    psycopg2.connect(f"{url}?sslmode=verify-full&sslrootcert={authority}").close()
    with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
        psycopg2.connect(f"{url}?sslmode=verify-full&sslrootcert={stranger}")

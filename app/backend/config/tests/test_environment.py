"""The settings that the environment makes, each read in a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

REQUIRED = {
    "SECRET_KEY": "x" * 50,
    "DATABASE_URL": "postgres://resee:p%40ss@db.example:5433/resee",
    "REDIS_URL": "redis://:secret@cache.example:6379/0",
    "CACHE_URL": "redis://:secret@cache.example:6379/1",
}


def read(expression, **environment):
    """The value of an expression over the settings, or the process where it fails."""
    program = f"import json; from django.conf import settings as s; print(json.dumps({expression}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_variable_is_named(name):
    failed = read("s.DEBUG", **{**REQUIRED, name: ""})

    assert f"{name} is not set: give it in the environment of this process" in failed.stderr
    assert "secret" not in failed.stderr


def test_the_server_is_reached_through_a_pooler_and_its_replica_is_not():
    values = read(
        "[[s.DATABASES[one][key] for key in ('HOST', 'PORT', 'NAME', 'PASSWORD')]"
        " for one in ('default', 'replica')]",
        **REQUIRED,
        DATABASE_REPLICA_URL="postgres://resee@replica.example:5434/resee",
        DATABASE_POOLER="pooler.example:6432",
    )

    assert values == [
        ["pooler.example", "6432", "resee", "p@ss"],
        ["replica.example", 5434, "resee", ""],
    ]


def test_the_defaults_are_safe():
    values = read(
        "[s.DEBUG, s.ALLOWED_HOSTS, s.TIME_ZONE, s.EMAIL_BACKEND, list(s.DATABASES),"
        " s.SESSION_COOKIE_SECURE]",
        **REQUIRED,
    )

    assert values == [
        False,
        ["localhost", "127.0.0.1"],
        "Asia/Seoul",
        "django.core.mail.backends.console.EmailBackend",
        ["default"],
        False,
    ]


def test_a_deployment_sets_what_differs():
    values = read(
        "[s.ALLOWED_HOSTS[:2], s.CSRF_TRUSTED_ORIGINS, s.EMAIL_BACKEND, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.REST_FRAMEWORK['DEFAULT_THROTTLE_RATES']['login'], s.TIER_SELF_SERVICE]",
        **REQUIRED,
        ALLOWED_HOSTS="resee.example,www.resee.example",
        CSRF_TRUSTED_ORIGINS="https://admin.example",
        FRONTEND_URL="https://resee.example/",
        EMAIL_HOST="smtp.example",
        THROTTLE_LOGIN="500/min",
        TIER_SELF_SERVICE="false",
    )

    assert values == [
        ["resee.example", "www.resee.example"],
        ["https://admin.example", "https://resee.example"],
        "django.core.mail.backends.smtp.EmailBackend",
        True,
        True,
        "500/min",
        False,
    ]


def test_databases_come_from_their_urls():
    primary, replica = read(
        "[s.DATABASES['default'], s.DATABASES['replica']]",
        **REQUIRED,
        DATABASE_REPLICA_URL="postgres://reader:x@replica.example/resee?sslmode=require",
        DISABLE_SERVER_SIDE_CURSORS="true",
    )

    assert (primary["HOST"], primary["PORT"], primary["PASSWORD"]) == ("db.example", 5433, "p@ss")
    assert primary["CONN_HEALTH_CHECKS"]
    assert primary["DISABLE_SERVER_SIDE_CURSORS"]
    assert (replica["HOST"], replica["USER"]) == ("replica.example", "reader")
    assert (replica["OPTIONS"]["sslmode"], replica["OPTIONS"]["connect_timeout"]) == ("require", 5)


def test_the_certificate_of_the_database_is_checked_where_the_url_says_so():
    url = "postgres://resee:x@db.example/resee?sslmode=verify-full&sslrootcert=/etc/resee/ca.crt"

    options = read("s.DATABASES['default']['OPTIONS']", **{**REQUIRED, "DATABASE_URL": url})

    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/etc/resee/ca.crt")


def test_a_database_that_vanishes_is_given_up_within_seconds():
    options = read("s.DATABASES['default']['OPTIONS']", **REQUIRED)

    assert options["tcp_user_timeout"] <= 20_000
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] <= 30


def test_sentry_starts_with_its_dsn_and_is_not_even_imported_without():
    imported = "'sentry_sdk' in __import__('sys').modules"
    started = "(s.DEBUG, __import__('sentry_sdk').is_initialized())[1]"

    assert read(f"(s.DEBUG, {imported})[1]", **REQUIRED) is False
    assert read(started, **REQUIRED, SENTRY_DSN="http://key@127.0.0.1:1/1") is True


def test_an_image_collects_static_files_without_a_deployment():
    values = read("[s.STATIC_URL, bool(s.SECRET_KEY)]", DJANGO_SETTINGS_MODULE="config.static")

    assert values == ["/static/", True]


def test_the_primary_is_found_among_the_servers_that_are_named():
    keys = ("ENGINE", "HOST", "MEMBERS")
    expression = f"[[s.DATABASES[one].get(key) for key in {keys}] for one in s.DATABASES]"
    replica = {"DATABASE_REPLICA_URL": "postgres://resee@replica.example:5434/resee"}
    members = {"DATABASE_MEMBERS": "db-0.example:5432,db-1.example:5433"}

    assert read(expression, **REQUIRED, **replica, **members) == [
        ["core.members", "db.example", [["db-0.example", "5432"], ["db-1.example", "5433"]]],
        ["django.db.backends.postgresql", "replica.example", None],
    ]
    # Behind a pooler it is the pooler that follows the primary.
    pooler = {"DATABASE_POOLER": "pooler.example:6432"}
    assert read(expression, **REQUIRED, **members, **pooler) == [["core.members", "pooler.example", []]]


def test_servers_without_a_port_are_refused():
    failed = read("s.DEBUG", **REQUIRED, DATABASE_MEMBERS="db-0.example")

    assert "DATABASE_MEMBERS holds 'db-0.example': give host:port,host:port" in failed.stderr

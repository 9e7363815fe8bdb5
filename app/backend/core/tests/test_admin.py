"""Django's admin, with the style sheets and scripts that nginx serves."""

import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from testing.people import PASSWORD


@pytest.fixture
def staff(db):
    User.objects.create_superuser("root@example.com", PASSWORD)
    browser = Client()
    assert browser.login(username="Root@Example.com", password=PASSWORD)
    return browser


def test_every_static_file_that_the_admin_asks_for_is_collected(staff, tmp_path, settings):
    """The old failure: 404 behind nginx. The image's build runs collectstatic into what nginx serves."""
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)

    pages = [Client().get("/admin/login/"), staff.get("/admin/"), staff.get("/admin/accounts/user/add/")]
    named = {
        path
        for page in pages
        for path in re.findall(r'(?:href|src)="/static/([^"?]+)', page.content.decode())
    }

    assert len(named) > 10
    assert [path for path in named if not (tmp_path / path).is_file()] == []


def test_static_files_lie_where_the_image_copies_them_from():
    assert str(settings.STATIC_ROOT).endswith("/staticfiles")
    assert settings.STATIC_URL == "/static/"


def test_every_model_has_a_page_that_works(staff):
    own = [model for model in admin.site._registry if model.__module__.split(".")[0] not in ("django",)]

    for model in own:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert staff.get(path).status_code == 200, path
        assert staff.get(path, {"q": "x"}).status_code == 200, path


def test_staff_adds_a_user_and_changes_a_tier(staff, owner):
    form = {"email": "New@example.com", "password1": PASSWORD, "password2": PASSWORD, "tier": "PRO"}
    assert staff.post("/admin/accounts/user/add/", form).status_code == 302

    made = User.objects.get(email__iexact="new@example.com")
    assert made.tier == "PRO"
    assert made.preferences
    assert Client().login(username="new@example.com", password=PASSWORD)


def test_users_and_nobody_are_sent_to_the_login(owner, client):
    browser = Client()
    assert browser.login(username="owner@example.com", password=PASSWORD)

    for each in (browser, Client()):
        answer = each.get("/admin/accounts/user/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")

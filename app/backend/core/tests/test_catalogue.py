"""The Korean catalogue: each of our sentences is in it, in Korean, and Django reads what is written there."""

import gettext
import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.utils import translation

FOLDER = settings.BASE_DIR / "locale" / "ko" / "LC_MESSAGES"
KOREAN = re.compile(r"[가-힣]")
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%\w|{\w*}")


def one(msgid):
    """The singular of a sentence with two forms."""
    return msgid if isinstance(msgid, str) else msgid[0]


def said_in_the_source():
    """The sentences that the code hands to gettext."""
    found = extract_from_dir(settings.BASE_DIR, method_map=[("**/tests/**", "ignore"), ("**.py", "python")])
    return {one(message) for _, _, message, _, _ in found}


def said_by_packages():
    """Every msgid of an installed package's Korean catalogue."""
    folders = (f"{config.path}/locale" for config in apps.get_app_configs())
    found = (gettext.translation("django", folder, ["ko_KR"], fallback=True) for folder in folders)
    return {one(msgid) for catalogue in found for msgid in getattr(catalogue, "_catalog", {})}


@pytest.fixture(scope="module")
def catalogue():
    with (FOLDER / "django.po").open("rb") as words:
        return [message for message in read_po(words, locale="ko", abort_invalid=True) if message.id]


SOURCE = sorted(said_in_the_source())


def test_the_sentences_are_found():
    assert len(SOURCE) > 10
    assert "The two passwords differ." in SOURCE


@pytest.mark.parametrize("sentence", SOURCE)
def test_each_of_our_sentences_is_said_in_korean(sentence):
    with translation.override("ko-kr"):
        korean = translation.gettext(sentence)

    assert KOREAN.search(korean), sentence


def test_what_is_filled_in_is_the_same_in_both_languages(catalogue):
    for message in catalogue:
        forms = [message.string] if isinstance(message.string, str) else message.string
        for form in forms:
            assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(one(message.id)))


def test_nothing_is_left_that_nobody_says(catalogue):
    """But for sentences that a package says and has no Korean for."""
    lent = {one(message.id) for message in catalogue} - set(SOURCE)

    assert lent == {"Token is invalid", "Token is expired", "No active account found for the given token."}
    assert not lent & said_by_packages()


def test_nothing_is_half_done(catalogue):
    assert [message.id for message in catalogue if message.fuzzy or not message.string] == []


def test_what_django_reads_is_what_is_written(catalogue):
    with (FOLDER / "django.mo").open("rb") as made:
        compiled = gettext.GNUTranslations(made)

    written = {
        (message.id if isinstance(message.id, str) else (message.id[0], number)): text
        for message in catalogue
        for number, text in enumerate([message.string] if isinstance(message.string, str) else message.string)
    }
    assert {msgid: text for msgid, text in compiled._catalog.items() if msgid} == written, (
        "django.mo is not of this django.po: run `make generate`"
    )

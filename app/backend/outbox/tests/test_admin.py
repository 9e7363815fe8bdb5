"""E-mails and reviews in the admin: what staff may do there."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contents.models import Content
from outbox.models import Message
from reviews.models import ReviewHistory
from testing.people import PASSWORD


@pytest.fixture
def staff(db):
    User.objects.create_superuser("root@example.com", PASSWORD)
    browser = Client()
    assert browser.login(username="root@example.com", password=PASSWORD)
    return browser


def test_a_failed_e_mail_is_sent_again_on_request(staff):
    failed = Message.objects.create(
        key="one", recipient="a@example.com", subject="x", body="x", status="failed", attempts=9
    )

    answer = staff.post(
        "/admin/outbox/message/", {"action": "send_again", "_selected_action": [failed.pk]}, follow=True
    )

    assert "1 e-mail will be sent again." in answer.content.decode()
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == ("pending", 0)
    assert failed.next_attempt_at <= timezone.now()


def test_what_users_said_of_their_reviews_is_not_changed(staff, owner):
    content = Content.objects.create(author=owner.user, title="Water", body="x")
    review = ReviewHistory.objects.create(user=owner.user, content=content, result="forgot")

    assert staff.get("/admin/reviews/reviewhistory/add/").status_code == 403
    staff.post(f"/admin/reviews/reviewhistory/{review.pk}/change/", {"result": "remembered"})

    review.refresh_from_db()
    assert review.result == "forgot"


def test_a_tier_that_staff_lowers_caps_the_users_indexes(staff, owner):
    content = Content.objects.create(author=owner.user, title="Water", body="x")
    content.schedules.update(interval_index=7)
    form = {
        "email": owner.user.email,
        "tier": "BASIC",
        "time_zone": "UTC",
        "language": "en",
        "is_active": "on",
    }

    answer = staff.post(f"/admin/accounts/user/{owner.user.pk}/change/", form)

    assert answer.status_code == 302
    assert content.schedules.get().interval_index == 6

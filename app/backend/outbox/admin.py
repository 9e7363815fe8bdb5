"""E-mails in the admin; failed ones can be sent again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from outbox.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["key", "recipient", "status", "attempts", "created_at", "sent_at", "last_error"]
    list_filter = ["status"]
    search_fields = ["key", "recipient"]
    actions = ["send_again"]
    show_full_result_count = False

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        count = queryset.update(status=Message.Status.PENDING, attempts=0, next_attempt_at=timezone.now())
        self.message_user(request, f"{count} e-mails will be sent again.")

"""Today's reviews and their completion as JSON."""

from rest_framework import serializers

from contents.serializers import ContentSerializer
from reviews.models import ReviewHistory, ReviewSchedule


class ScheduleSerializer(serializers.ModelSerializer):
    """One due review with the content to show."""

    content = ContentSerializer(read_only=True)

    class Meta:
        model = ReviewSchedule
        fields = ["id", "content", "next_review_date", "interval_index", "initial_review_completed"]
        read_only_fields = fields


class CompleteSerializer(serializers.ModelSerializer):
    """What a user says of a content just reviewed."""

    content_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)

    class Meta:
        model = ReviewHistory
        fields = ["content_id", "result", "time_spent", "notes"]


class CompletedSerializer(serializers.ModelSerializer):
    """When the content is due again."""

    class Meta:
        model = ReviewSchedule
        fields = ["content_id", "next_review_date", "interval_index"]
        read_only_fields = fields


class CategoryStatsSerializer(serializers.Serializer):
    """One category's counts; `category` is null for contents without one."""

    category = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    contents = serializers.IntegerField()
    due = serializers.IntegerField()
    reviews = serializers.IntegerField()
    success_rate = serializers.FloatField(allow_null=True, help_text="remembered / reviews, 0 to 1")

"""The dashboard and exports as JSON."""

from rest_framework import serializers

from analytics.models import Export


class ExportSerializer(serializers.ModelSerializer):
    """`result` is null until `status` is `done`."""

    task_id = serializers.UUIDField(source="id", read_only=True)
    result = serializers.JSONField(source="document", read_only=True, allow_null=True)

    class Meta:
        model = Export
        fields = ["task_id", "status", "result", "created_at", "finished_at"]
        read_only_fields = fields


class ExportStartedSerializer(serializers.ModelSerializer):
    """Where to ask for the result."""

    task_id = serializers.UUIDField(source="id", read_only=True)

    class Meta:
        model = Export
        fields = ["task_id", "status"]
        read_only_fields = fields


class UpcomingSerializer(serializers.Serializer):
    """Reviews due on one of the user's days."""

    date = serializers.DateField()
    count = serializers.IntegerField()


class DashboardSerializer(serializers.Serializer):
    """A user's numbers. Days are the user's own."""

    total_contents = serializers.IntegerField()
    total_categories = serializers.IntegerField()
    due_today = serializers.IntegerField()
    reviewed_today = serializers.IntegerField()
    total_reviews = serializers.IntegerField()
    success_rate = serializers.FloatField(allow_null=True, help_text="of the last 30 days, 0 to 1")
    streak = serializers.IntegerField(help_text="days in a row with a review, up to today or yesterday")
    upcoming = UpcomingSerializer(many=True, help_text="the next 7 days, today first")

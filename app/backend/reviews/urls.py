"""/api/review/"""

from django.urls import path

from reviews.views import CategoryStatsView, CompleteView, TodayView

urlpatterns = [
    path("today/", TodayView.as_view(), name="review-today"),
    path("complete/", CompleteView.as_view(), name="review-complete"),
    path("category-stats/", CategoryStatsView.as_view(), name="review-category-stats"),
]

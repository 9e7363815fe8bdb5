"""/api/analytics/"""

from django.urls import path

from analytics.views import DashboardView, ExportResultView, ExportView

urlpatterns = [
    path("dashboard/", DashboardView.as_view(), name="dashboard"),
    path("export/", ExportView.as_view(), name="export"),
    path("export/<uuid:pk>/", ExportResultView.as_view(), name="export-result"),
]

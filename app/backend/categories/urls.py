"""/api/categories/"""

from rest_framework.routers import SimpleRouter

from categories.views import CategoryViewSet

router = SimpleRouter(use_regex_path=False)
router.register("", CategoryViewSet)

urlpatterns = router.urls

"""/api/contents/"""

from rest_framework.routers import SimpleRouter

from contents.views import ContentViewSet

router = SimpleRouter(use_regex_path=False)
router.register("", ContentViewSet)

urlpatterns = router.urls

"""/api/categories/"""

from categories.models import Category
from categories.serializers import NAME_TAKEN, CategorySerializer
from core.owned import OwnedViewSet


class CategoryViewSet(OwnedViewSet):
    """The signed-in user's categories. Contents of a deleted category stay, without one."""

    queryset = Category.objects.all()
    serializer_class = CategorySerializer
    unique_error = {"name": [NAME_TAKEN]}

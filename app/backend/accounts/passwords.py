"""What a password must not be, where Django's own words do not fit."""

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.utils.translation import gettext as _


class AddressSimilarityValidator(UserAttributeSimilarityValidator):
    """As Django's; a user has nothing but an address, whose name Django would not translate."""

    def get_error_message(self) -> str:
        return _("The password is too similar to the e-mail address.")

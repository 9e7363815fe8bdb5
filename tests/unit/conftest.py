"""Properties are bounded by the unit test's own time limit, not by that of one example on a busy machine."""

from hypothesis import settings

settings.register_profile("unit", deadline=None)
settings.load_profile("unit")

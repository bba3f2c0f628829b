"""How property tests choose their examples."""

import os

from hypothesis import settings

# A change is judged by the same examples each time, so that it never fails by chance over what it did not touch. The
# slow run looks for new ones: HYPOTHESIS_PROFILE=explore.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))

"""Why an import does not come to its end, beside the reasons of its feed: names that users read."""

from backroom.worker.feed.reasons import FeedReason


class TooManyRemovals(FeedReason):
    """It leaves out more of the catalogue's products than the tenant tolerates: none was removed."""

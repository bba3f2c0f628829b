"""Why a feed as a whole is not taken; the names are what users read of an item that failed."""

from backroom.worker import BadItem


class FeedReason(BadItem):
    """The base of them."""


class EmptyFeed(FeedReason):
    """It holds nothing, or no row behind its header."""


class UnknownFormat(FeedReason):
    """It is none of the formats that are read."""


class BrokenFeed(FeedReason):
    """It ends in the middle, or breaks the rules of its own format."""


class TooLargeFeed(FeedReason):
    """It, or what is packed in it, is larger than what is read."""


class TooManyColumns(FeedReason):
    """It has more columns than any feed of products."""


class ForbiddenXml(FeedReason):
    """It declares entities or a document type, which feeds have no need of and attacks have (XXE, billion laughs)."""


class MissingColumn(FeedReason):
    """A column that products cannot do without is not there."""


class MissingFeed(FeedReason):
    """The tenant's bucket has no object of the name that the parameter says."""


class ChangingFeed(FeedReason):
    """It was written anew while it was read, again and again."""


class TooManyRejects(FeedReason):
    """More of its rows are bad than the tenant tolerates: the catalogue stays as it was."""

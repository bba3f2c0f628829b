"""Why an image could not be fetched, beside the reasons of the web and of imaging; merchants read the names."""

from backroom.worker import BadItem


class MissingImage(BadItem):
    """The tenant's own bucket has no object of the name that the feed says."""


class HostAsksForRest(BadItem):
    """The image's host has asked to be left alone for longer than is waited."""


class HostGivenUp(BadItem):
    """The image's host did not answer again and again: nothing more is asked of it in this attempt."""

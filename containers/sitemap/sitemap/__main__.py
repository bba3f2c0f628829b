"""What a container of sitemap does: `python -m sitemap`."""

from backroom.worker import Portion, Work, run

from sitemap.stages import write_files, write_index


def sitemap(portion: Portion, work: Work) -> None:
    """Write files of a portion of its own, or the index of the portions that it combines."""
    (write_index if portion.only else write_files)(portion, work)


run(sitemap)

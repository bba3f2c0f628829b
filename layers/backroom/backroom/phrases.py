"""Words for messages that people read."""


def counted(number: int, noun: str) -> str:
    """Give `1 item`, `1,200 items`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

"""How the help of a command ends."""


def epilog(*examples: str) -> str | None:
    """Give the end of a command's help: what may be typed."""
    return "\b\nExamples:\n" + "\n".join(f"  {example}" for example in examples) if examples else None

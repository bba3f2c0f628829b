"""Why a container could not be started, in ECS's words.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""


class NotStartedError(Exception):
    """A container that never ran; the message is its reason."""


class CannotPullContainerError(NotStartedError):
    """The image cannot be had."""

    def __init__(self, message: str) -> None:
        super().__init__(f"CannotPullContainerError: {message}")


class CannotStartContainerError(NotStartedError):
    """The image is there, its command cannot be run."""

    def __init__(self, message: str) -> None:
        super().__init__(f"CannotStartContainerError: {message}")


class ResourceInitializationError(NotStartedError):
    """What the container needs before it starts cannot be had: a secret, credentials."""

    def __init__(self, message: str) -> None:
        super().__init__(f"ResourceInitializationError: {message}")


OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"

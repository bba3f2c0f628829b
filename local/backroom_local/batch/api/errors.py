"""The errors that the API answers with."""


class ApiError(Exception):
    """An error with AWS's code and HTTP status."""

    code = "ServerException"
    status = 500


class ClientError(ApiError):
    """The request is wrong: AWS Batch has one code for that. The sentence reads as AWS writes it."""

    code = "ClientException"
    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(f"Error executing request, Exception : {reason}")


class ThrottledError(ApiError):
    """Too many requests: SDKs try again by themselves."""

    code = "TooManyRequestsException"
    status = 429


class ServerError(ApiError):
    """A fault that was ordered."""


class NotEmulatedError(ApiError):
    """An operation or a member that the twin does not have. Never a silent success."""

    code = "NotEmulated"
    status = 400

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not emulated by the local twin; docs/local.md lists what is")

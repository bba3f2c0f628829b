"""Writes an object piece by piece, in constant memory, on a condition; nothing is to be seen of it before `finish`."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from backroom.errors import ObjectChangedError
from backroom.storage.objects import REFUSED

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

PART_BYTES = 16 * 1024 * 1024
"""S3 takes 10,000 parts of at least 5 MiB: 16 MiB reach 160 GB."""


class StreamedUpload:
    """One object being written. Small ones become a PutObject, larger ones a multipart upload."""

    def __init__(
        self, s3: "S3Client", bucket: str, key: str, replaces: str | None = None, part_bytes: int = PART_BYTES
    ) -> None:
        """`replaces` is the ETag of the version that this one may replace; None: there must be none yet."""
        self._s3, self._part_bytes = s3, part_bytes
        self._target: dict[str, Any] = {"Bucket": bucket, "Key": key}
        self._condition: dict[str, Any] = {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}
        self._pending = bytearray()
        self._upload_id: str | None = None
        self._parts: list[Any] = []
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Append `piece`."""
        self._pending += piece
        self.size += len(piece)
        if len(self._pending) >= self._part_bytes:
            self._send_part()

    def finish(self) -> None:
        """Make the object appear; raises ObjectChangedError when the condition does not hold."""
        try:
            self._put() if self._upload_id is None else self._complete()
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSED:
                raise
            raise ObjectChangedError(
                f"s3://{self._target['Bucket']}/{self._target['Key']} was written by another"
            ) from error

    def abort(self) -> None:
        """Give back what was uploaded; may be repeated, but not after a `finish` that went well."""
        if self._upload_id is not None:
            self._s3.abort_multipart_upload(**self._target, UploadId=self._upload_id)
            self._upload_id = None

    def _put(self) -> None:
        self._s3.put_object(**self._target, Body=bytes(self._pending), **self._condition)

    def _complete(self) -> None:
        if self._pending:
            self._send_part()
        upload: Any = {"UploadId": self._upload_id, "MultipartUpload": {"Parts": self._parts}}
        self._s3.complete_multipart_upload(**self._target, **upload, **self._condition)

    def _send_part(self) -> None:
        if self._upload_id is None:
            # The parts' checksums must be of the kind that the upload was created with.
            self._upload_id = self._s3.create_multipart_upload(**self._target, ChecksumAlgorithm="CRC32")["UploadId"]
        number = len(self._parts) + 1
        place: Any = {"UploadId": self._upload_id, "PartNumber": number, "ChecksumAlgorithm": "CRC32"}
        answer = self._s3.upload_part(**self._target, **place, Body=bytes(self._pending))
        checksum = {"ChecksumCRC32": answer["ChecksumCRC32"]} if "ChecksumCRC32" in answer else {}
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"], **checksum})
        self._pending.clear()

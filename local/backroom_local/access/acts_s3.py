"""S3: operations whose actions have other names, copies, deletions by the list, conditional writes.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from backroom_local.access.arns import Place
from backroom_local.access.asked import Asked
from backroom_local.access.evaluation import Call

_CREATES: Final = ("PutObject", "CopyObject", "CompleteMultipartUpload")
"""After these there is an object, so `s3:ObjectCreationOperation` is true (conditional-writes-enforce.html)."""
_PREPARES: Final = ("CreateMultipartUpload", "UploadPart", "UploadPartCopy")

_ACTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys((*_CREATES, *_PREPARES), "PutObject"),
    "HeadObject": "GetObject",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListParts": "ListMultipartUploadParts",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListBuckets": "ListAllMyBuckets",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
_OF_VERSIONS: Final = ("GetObject", "DeleteObject", "GetObjectTagging", "PutObjectTagging", "GetObjectAcl")
_WRITE_KEYS: Final = {
    "IfNoneMatch": "s3:if-none-match",
    "IfMatch": "s3:if-match",
    "ACL": "s3:x-amz-acl",
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "StorageClass": "s3:x-amz-storage-class",
    "CopySource": "s3:x-amz-copy-source",
}
_LIST_KEYS: Final = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys"}


def read(asked: Asked, _place: Place) -> Iterator[Call]:
    """Give the calls of a request to S3."""
    given = asked.parameters
    if asked.operation == "DeleteObjects":
        for entry in given["Delete"]["Objects"]:
            version = {"VersionId": entry["VersionId"]} if entry.get("VersionId") else {}
            yield _call("DeleteObject", {"Bucket": given["Bucket"], "Key": entry["Key"], **version})
        return
    yield _call(asked.operation, given)
    if given.get("CopySource"):
        yield source(str(given["CopySource"]))
    if given.get("Tagging") and asked.operation in (*_CREATES, *_PREPARES):
        yield _call("PutObjectTagging", given)


def source(given: str) -> Call:
    """Give the call that reading what is copied is: `BUCKET/KEY`, perhaps with `?versionId=`."""
    path, _, version = given.partition("?versionId=")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    return _call("GetObject", {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})})


def _call(operation: str, given: Mapping[str, Any]) -> Call:
    """Give the call of one operation."""
    action = _ACTIONS.get(operation, operation)
    if given.get("VersionId") and action in _OF_VERSIONS:
        action = action.replace("Object", "ObjectVersion", 1)
    bucket, key = given.get("Bucket"), given.get("Key")
    resource = f"arn:aws:s3:::{bucket}/{key}" if key is not None else f"arn:aws:s3:::{bucket}" if bucket else "*"
    return Call(f"s3:{action}", resource, _context(operation, given))


def _context(operation: str, given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Give the condition keys of an operation; a condition of reading is not one of IAM's keys."""
    writes = operation in (*_CREATES, *_PREPARES)
    names = _WRITE_KEYS if writes else _LIST_KEYS if operation.startswith("List") else {}
    keys: dict[str, tuple[str, ...]] = {key: (str(given[name]),) for name, key in names.items() if name in given}
    if given.get("VersionId"):
        keys["s3:versionid"] = (str(given["VersionId"]),)
    if writes:
        keys["s3:objectcreationoperation"] = (str(operation in _CREATES).lower(),)
    return keys

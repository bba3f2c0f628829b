"""What outlives the twin: objects, items, executions and jobs, after SIGKILL."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

from tests.integration.twin.waiting import until

PROJECT = Path(__file__).parent / "project"


def put_objects(s3: Any) -> str:
    """Put objects in every way, and remove some; gives the ETag of the one in parts."""
    s3.put_object(Bucket="photos", Key="a/ü &.txt", Body=b"kept", ContentType="text/plain", Metadata={"count": "3"})
    for key in ("gone", "gone & <too>"):
        s3.put_object(Bucket="photos", Key=key, Body=b"x")
    s3.delete_object(Bucket="photos", Key="gone")
    s3.delete_objects(Bucket="photos", Delete={"Objects": [{"Key": "gone & <too>"}]})
    upload = s3.create_multipart_upload(Bucket="photos", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="photos", Key="parts", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    parts = {"Parts": [{"ETag": part, "PartNumber": 1}]}
    s3.complete_multipart_upload(Bucket="photos", Key="parts", UploadId=upload, MultipartUpload=parts)
    for bucket in ("own", "dropped"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.delete_bucket(Bucket="dropped")
    tag: str = s3.head_object(Bucket="photos", Key="parts")["ETag"]
    return tag


def check_objects(s3: Any, tag: str) -> None:
    """All that was put is there, and nothing else."""
    kept = s3.get_object(Bucket="photos", Key="a/ü &.txt")
    assert (kept["Body"].read(), kept["ContentType"], kept["Metadata"]) == (b"kept", "text/plain", {"count": "3"})
    assert [found["Key"] for found in s3.list_objects_v2(Bucket="photos")["Contents"]] == ["a/ü &.txt", "parts"]
    assert s3.head_object(Bucket="photos", Key="parts")["ETag"] == tag
    assert {found["Name"] for found in s3.list_buckets()["Buckets"]} == {"photos", "own"}


def put_items(dynamodb: Any) -> None:
    """Write items in every way."""
    for number in range(2):
        dynamodb.put_item(TableName="notes", Item={"id": {"S": str(number)}, "n": {"N": str(number)}})
    dynamodb.update_item(
        TableName="notes",
        Key={"id": {"S": "1"}},
        UpdateExpression="SET n = n + :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    dynamodb.delete_item(TableName="notes", Key={"id": {"S": "0"}})
    dynamodb.batch_write_item(RequestItems={"notes": [{"PutRequest": {"Item": {"id": {"S": "2"}, "n": {"N": "7"}}}}]})
    put = {"Put": {"TableName": "notes", "Item": {"id": {"S": "3"}, "n": {"N": "8"}}}}
    delete = {"Delete": {"TableName": "notes", "Key": {"id": {"S": "2"}}}}
    dynamodb.transact_write_items(TransactItems=[put, delete])
    dynamodb.execute_statement(Statement="DELETE FROM notes WHERE id = '3'")
    dynamodb.execute_statement(Statement="INSERT INTO notes VALUE {'id': '4', 'n': 9}")


def check_items(dynamodb: Any) -> None:
    """All that was written is there."""
    items = sorted((item["id"]["S"], item["n"]["N"]) for item in dynamodb.scan(TableName="notes")["Items"])
    assert items == [("1", "2"), ("4", "9")]


def begin_runs(twin: Twin) -> tuple[str, str]:
    """Run one execution to its end, and another until its job runs; gives their ARNs."""
    done = twin.run(twin.outputs["Machine"], {"name": "Ann", "seconds": 0})
    assert done["output"] == {"greeting": "hello, Ann", "status": "SUCCEEDED"}
    running = twin.start(twin.outputs["Machine"], {"name": "Bo", "seconds": 3})
    batch, queue = twin.client("batch"), twin.outputs["Queue"]
    until(lambda: batch.list_jobs(jobQueue=queue, jobStatus="RUNNING")["jobSummaryList"], "a running job")
    return done["executionArn"], running


def check_runs(twin: Twin, done: str, running: str) -> None:
    """What ended has ended; what ran was aborted, and its Batch job tried again."""
    sfn, batch, queue = twin.client("stepfunctions"), twin.client("batch"), twin.outputs["Queue"]
    assert sfn.describe_execution(executionArn=done)["status"] == "SUCCEEDED"
    lost = sfn.describe_execution(executionArn=running)
    assert (lost["status"], lost["error"]) == ("ABORTED", "Twin.Ended")
    assert sfn.get_execution_history(executionArn=running)["events"] == []

    def ended() -> list[str]:
        jobs = batch.list_jobs(jobQueue=queue, jobStatus="SUCCEEDED")["jobSummaryList"]
        return [job["jobId"] for job in jobs] if len(jobs) == 2 else []

    details = batch.describe_jobs(jobs=until(ended, "the end of both jobs"))["jobs"]
    assert sorted(len(job["attempts"]) for job in details) == [1, 2]
    assert twin.run(twin.outputs["Machine"], {"name": "Cy", "seconds": 0})["status"] == "SUCCEEDED"


def test_a_twin_comes_up_with_what_it_held_when_it_was_killed(tmp_path: Path) -> None:
    project = shutil.copytree(PROJECT, tmp_path / "project")
    template, state = project / "template.yaml", project / ".backroom"
    settings = TwinSettings(template, state, host_commands=True)
    with Twin.started(settings) as twin:
        tag = put_objects(twin.client("s3"))
        put_items(twin.client("dynamodb"))
        runs = begin_runs(twin)
        os.kill(twin.running.pid, signal.SIGKILL)
    with Twin.started(settings) as twin:
        check_objects(twin.client("s3"), tag)
        check_items(twin.client("dynamodb"))
        check_runs(twin, *runs)
    with Twin.started(TwinSettings(template, state, fresh=True)) as twin:
        assert "Contents" not in twin.client("s3").list_objects_v2(Bucket="photos")

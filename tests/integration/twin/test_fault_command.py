"""`backroom local fault` against a twin that runs as a process."""

from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.twin.test_process import answer, command, project

__all__ = ["project"]


def test_a_fault_by_command_line_meets_the_next_call_only(project: Path) -> None:
    assert "No twin is running" in command(project, "fault", "throttle_submit").output
    endpoint = answer(project, "up")["endpoint"]
    session = boto3.Session("a", "b", region_name="eu-central-1")
    batch = session.client("batch", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))
    assert answer(project, "fault", "server_error", "DescribeJobs")["operation"] == "DescribeJobs"
    with pytest.raises(ClientError, match="ServerException"):
        batch.describe_jobs(jobs=["none"])
    assert batch.describe_jobs(jobs=["none"])["jobs"] == []
    unknown = command(project, "fault", "spot_reclaim", "no-such-job")
    assert unknown.exit_code == 1
    assert "no-such-job" in unknown.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["spot_reclaim"], "needs the job"),
        (["throttle_submit", "a-job"], "done to no a-job"),
        (["host_failure", "a-job", "--count", "2"], "--count is for"),
        (["meteor"], "spot_reclaim"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(tmp_path: Path, arguments: list[str], said: str) -> None:
    result = command(tmp_path, "fault", *arguments)
    assert result.exit_code != 0
    assert said in result.output

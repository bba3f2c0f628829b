"""Addresses of AWS's own consoles, for what is to be seen there only. Pure.

The forms are those that the consoles themselves put into the browser's address; AWS documents none of them.
"""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class AwsLinks:
    """Links into one region."""

    region: str

    def execution(self, arn: str) -> str:
        """Give an execution's page in Step Functions."""
        return f"{self._console('states')}#/v2/executions/details/{quote(arn, safe='')}"

    def batch_job(self, job: str) -> str:
        """Give a Batch job's page, or that of an array's child."""
        return f"{self._console('batch')}#jobs/detail/{quote(job, safe='')}"

    def log_stream(self, group: str, stream: str) -> str:
        """Give a log stream's page in CloudWatch."""
        return f"{self._console('cloudwatch')}#logsV2:log-groups/log-group/{_twice(group)}/log-events/{_twice(stream)}"

    def _console(self, service: str) -> str:
        return f"https://{self.region}.console.aws.amazon.com/{service}/home?region={self.region}"


def _twice(name: str) -> str:
    """Quote as CloudWatch's console does: twice, with a dollar in place of the second percent."""
    return quote(quote(name, safe=""), safe="").replace("%", "$")

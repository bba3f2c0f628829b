"""An account in AWS, as moto has it, with a stack of Backroom's, and the command line on it."""

import json
from pathlib import Path
from typing import Any

import boto3
from backroom_console.cli import main
from backroom_console.exits import Exit
from click.testing import CliRunner, Result

ROOT = Path(__file__).resolve().parents[3]
REGION = "eu-central-1"
OUTPUTS = {
    "StackName": "backroom-dev",
    "RunJobArn": f"arn:aws:states:{REGION}:123456789012:stateMachine:backroom-dev-run_job",
    "RunsBucketName": "backroom-dev-runs",
    "TenantsTableName": "backroom-dev-tenants",
    "RunsTableName": "backroom-dev-runs",
    "PlanFunctionName": "backroom-dev-plan",
    "ReconcileFunctionName": "backroom-dev-reconcile",
    "NotifyFunctionName": "backroom-dev-notify",
    "OnDemandQueueArn": f"arn:aws:batch:{REGION}:123456789012:job-queue/backroom-dev-on_demand",
    "SpotQueueArn": f"arn:aws:batch:{REGION}:123456789012:job-queue/backroom-dev-spot",
}


def deploy(name: str, outputs: dict[str, str]) -> None:
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {key: {"Value": value} for key, value in outputs.items()},
    }
    boto3.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))


def backroom(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(main, arguments, catch_exceptions=False)


def on_dev(*arguments: str) -> Any:
    done = backroom(*arguments, "--stack", "backroom-dev", "--json")
    assert done.exit_code == Exit.OK, done.stderr
    return json.loads(done.stdout)

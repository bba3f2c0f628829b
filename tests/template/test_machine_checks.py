"""The machine of the template is in order, and every way to break it is found by its own rule."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from scripts.checks.__main__ import main
from scripts.checks.finding import Rule
from scripts.checks.run import check_machine, check_table
from scripts.checks.template import Machine, machines
from tests.template.machine_mutants import JOB_MUTANTS, MUTANTS, Mutant, without

ROOT = Path(__file__).resolve().parents[2]
ASL_VALIDATOR = "asl-validator@4.0.0"


@pytest.fixture(scope="module")
def machine() -> Machine:
    (found,) = machines(ROOT / "template.yaml")
    return found


@pytest.fixture
def plain(machine: Machine, tmp_path: Path) -> Path:
    """The machine's text as validators want it, with ARNs and names in place of its variables."""
    path = tmp_path / "run_job.asl.json"
    arn = r"arn:aws:lambda:eu-central-1:123456789012:function:\1"
    path.write_text(re.sub(r"\$\{(\w+)\}", r"\1", re.sub(r"\$\{(\w+)Arn\}", arn, machine.text)))
    return path


def rules(machine: Machine) -> set[Rule]:
    return {finding.rule for finding in check_machine(machine)}


def test_machine_is_in_order(machine: Machine) -> None:
    assert [str(finding) for finding in check_machine(machine)] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_is_found(machine: Machine, mutant: Mutant) -> None:
    text = machine.text.replace(mutant.old, mutant.new, 1)
    assert text != machine.text, f"{mutant.old!r} is not in the machine any more: renew the mutant"
    assert mutant.rule in rules(replace(machine, text=text))


def test_every_rule_has_a_mutant() -> None:
    assert {mutant.rule for mutant in (*MUTANTS, *JOB_MUTANTS)} | {Rule.MISSING_PERMISSION} == set(Rule)


@pytest.mark.parametrize("mutant", JOB_MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_of_the_table_of_jobs_is_found(mutant: Mutant) -> None:
    text = (ROOT / "template.yaml").read_text()
    broken = text.replace(mutant.old, mutant.new, 1)
    assert broken != text, f"{mutant.old!r} is not in the template any more: renew the mutant"
    assert [finding.rule for finding in check_table(yaml_parse(text))] == []
    assert mutant.rule in {finding.rule for finding in check_table(yaml_parse(broken))}


@pytest.mark.parametrize(
    "action",
    [
        "batch:SubmitJob",
        "batch:DescribeJobs",
        "batch:TerminateJob",
        "batch:TagResource",
        "events:PutTargets",
        "events:PutRule",
        "events:DescribeRule",
        "events:PutEvents",
        "lambda:InvokeFunction",
        "dynamodb:PutItem",
        "dynamodb:GetItem",
        "sns:Publish",
        "glue:StartJobRun",
        "glue:GetJobRun",
        "glue:GetJobRuns",
        "glue:BatchStopJobRun",
    ],
)
def test_missing_permission_is_found(machine: Machine, action: str) -> None:
    poorer = replace(machine, statements=without(machine.statements, action))
    findings = [finding for finding in check_machine(poorer) if action in finding.message]
    assert {finding.rule for finding in findings} == {Rule.MISSING_PERMISSION}


def test_permission_on_another_rule_does_not_count(machine: Machine) -> None:
    text = json.dumps(machine.statements).replace("StepFunctionsGetEventsForBatchJobsRule", "AnotherRule")
    assert rules(replace(machine, statements=tuple(json.loads(text)))) == {Rule.MISSING_PERMISSION}


@pytest.mark.parametrize(("old", "new", "code"), [("Plan", "Plan", 0), ('"Next": "Planned"', '"Next": "Planed"', 1)])
def test_command_fails_when_something_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, code: int
) -> None:
    shutil.copy(ROOT / "template.yaml", tmp_path)
    (tmp_path / "statemachine").mkdir()
    text = (ROOT / "statemachine/run_job.asl.json").read_text()
    (tmp_path / "statemachine/run_job.asl.json").write_text(text.replace(old, new))
    assert main([str(tmp_path / "template.yaml")]) == code
    assert ("machine.Plan: goes to Planed" in capsys.readouterr().out) is bool(code)


def test_statelint_accepts_the_machine(plain: Path) -> None:
    # It takes numbers only for a Wait's seconds; Step Functions takes expressions as well.
    plain.write_text(re.sub(r'"Seconds": "\{%.*%\}"', '"Seconds": 1', plain.read_text()))
    done = subprocess.run([ROOT / ".venv/bin/statelint", plain], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("npx") is None, reason="asl-validator comes from npm, which is not here")
def test_asl_validator_accepts_the_machine(plain: Path) -> None:
    command = ["npx", "--yes", ASL_VALIDATOR, "--json-path", str(plain)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    if "npm error" in done.stderr and "is invalid" not in done.stdout:
        pytest.skip(f"{ASL_VALIDATOR} cannot be had from npm: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stdout + done.stderr

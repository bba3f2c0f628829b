"""`backroom new job`: what it adds is a job, and what is there stays as it is."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from backroom.planning.job import JobRow
from backroom.planning.stages import parse_stages
from backroom_console.cli import main
from backroom_console.errors import JobExistsError, NotACheckoutError, UnusableNameError
from backroom_console.new_job.files import new_files
from backroom_console.new_job.names import NewJob, read_names
from backroom_console.new_job.settings import WORKER, lock_of_worker
from backroom_console.new_job.template import with_job
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from samtranslator.yaml_helper import yaml_parse

from tests.template.conftest import expanded, of_type, text

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = (ROOT / "template.yaml").read_text()
PARTS = ("template.yaml", "samconfig.toml", "pyproject.toml", "containers/sitemap/requirements.txt")
LONGEST = "j" * 40
TAKEN = ("no", "on", "class", "json", "backroom", "orjson", "tests", "plan")
WORDS = st.from_regex(re.compile(r"zz[a-z0-9]{1,8}(_[a-z0-9]{1,6}){0,2}"), fullmatch=True)
CHAINS = st.lists(WORDS, min_size=2, max_size=5, unique_by=lambda word: word.replace("_", "")).map(",".join)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files of this checkout that a new job has to do with."""
    for name in PARTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text())
    return tmp_path


def everything(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def new_job(checkout: Path, *arguments: str) -> Any:
    """Run the command with --json; gives what it answers, or its error and its exit code."""
    done = CliRunner().invoke(main, ["new", "job", *arguments, "--checkout", str(checkout), "--json"])
    answer = json.loads(done.output)
    return answer if done.exit_code == 0 else (answer["error"], done.exit_code)


@examples(max_examples=5)  # each reads the whole template
@given(WORDS, st.none() | CHAINS)
def test_the_template_has_the_rows_and_every_row_before_them_as_it_was(name: str, chain: str | None) -> None:
    job = read_names(name, chain)
    before, after = yaml_parse(TEMPLATE), yaml_parse(with_job(TEMPLATE, job))
    jobs = after["Mappings"]["Jobs"]
    assert {key: jobs.pop(key)["Name"] for key in job.keys}.keys() == set(job.keys)
    loops = [
        after["Conditions"]["Fn::ForEach::Traits"],
        *(after["Resources"][f"Fn::ForEach::{name}"] for name in ("Jobs", "Scheduled")),
    ]
    for loop, keys in zip(loops, (job.keys, job.keys, job.keys[:1]), strict=True):
        assert tuple(loop[1][-len(keys) :]) == keys
        del loop[1][-len(keys) :]
    assert after["Parameters"].pop(f"{job.key}Image")["Description"] == f"Image of the job {name}, by digest."
    groups = after["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    (images,) = (group for group in groups if group["Label"]["default"] == "Images of the jobs")
    assert images["Parameters"].pop() == f"{job.key}Image"
    assert after == before


@given(WORDS, st.none() | CHAINS)
def test_no_line_of_the_template_is_lost_but_those_of_the_lists(name: str, chain: str | None) -> None:
    changed = with_job(TEMPLATE, read_names(name, chain)).splitlines()
    gone = [line for line in unified_diff(TEMPLATE.splitlines(), changed, n=0) if re.match("-(?!--)", line)]
    assert len(gone) == 4
    assert all("[" in line for line in gone)


@examples(max_examples=5)
@given(WORDS, WORDS)
def test_jobs_can_be_added_one_after_the_other_but_none_twice(one: str, other: str) -> None:
    first, second = read_names(one, "zz1,zz2"), read_names(other, None)
    once = with_job(TEMPLATE, first)
    if set(first.keys) & set(second.keys):
        with pytest.raises(JobExistsError):
            with_job(once, second)
    else:
        assert list(yaml_parse(with_job(once, second))["Mappings"]["Jobs"])[-3:] == [*first.keys, *second.keys]


def test_a_job_of_several_nodes_has_a_row_that_says_so(checkout: Path) -> None:
    assert new_job(checkout, "price_list", "--multi-node", "--chain", "a,b") == ("ContradictionError", 2)
    assert new_job(checkout, "price_list", "--multi-node")["nodes"] == 3
    definitions = expanded(checkout / "template.yaml")["Resources"]
    definition = definitions["JobDefinitionPriceList"]["Properties"]
    assert (definition["Type"], int(definition["NodeProperties"]["NumNodes"])) == ("multinode", 3)


@pytest.mark.parametrize("chain", [None, "fetch,check,publish"])
def test_the_project_as_a_whole_takes_the_job(checkout: Path, chain: str | None) -> None:
    new_job(checkout, "price_list", *(("--chain", chain) if chain else ()))
    resources = expanded(checkout / "template.yaml")["Resources"]
    definitions = of_type(resources, "AWS::Batch::JobDefinition")
    rows = {
        name: JobRow.model_validate(found["Parameters"]) for name, found in definitions.items() if "PriceList" in name
    }
    named = [stage.name for stage in rows["JobDefinitionPriceList"].stages]
    assert named == (chain.split(",") if chain else [""])
    assert {row.job for row in rows.values()} == {"price_list", *(f"price_list-{stage}" for stage in named[1:])}
    assert text(definitions["JobDefinitionPriceList"]["ContainerProperties"]["Image"]) == "${PriceListImage}"
    local = tomllib.loads((checkout / "samconfig.toml").read_text())["local"]["deploy"]["parameters"]
    assert f"PriceListImage=backroom/price_list@sha256:{'0' * 64}" in shlex.split(local["parameter_overrides"])
    settings = tomllib.loads((checkout / "pyproject.toml").read_text())["tool"]
    assert settings["mypy"]["mypy_path"][-1] == "containers/price_list"
    assert "containers/price_list" in settings["pytest"]["ini_options"]["pythonpath"]
    lint = [ROOT / ".venv/bin/cfn-lint", "--config-file", ROOT / ".cfnlintrc"]
    done = subprocess.run(lint, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "job",
    [
        NewJob("ab"),
        NewJob("ab", ("a", "b")),
        NewJob("ab", nodes=3),
        NewJob(LONGEST),
        NewJob(LONGEST, ("a" * 40, "b" * 40, "c" * 40)),
        NewJob(LONGEST, nodes=3),
    ],
)
def test_the_files_are_of_the_house_s_style(job: NewJob, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for name, body in new_files(job, "").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body)
    for arguments in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "."], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_it_says_it_wrote_is_what_it_wrote(checkout: Path) -> None:
    before = everything(checkout)
    answer = new_job(checkout, "price_list", "--chain", "fetch,check")
    after = everything(checkout)
    assert {found["path"] for found in answer["files"]} == {name for name in after if after[name] != before.get(name)}
    for found in answer["files"]:
        old, now = before.get(found["path"], ""), after[found["path"]]
        assert found["new"] is (found["path"] not in before)
        added = [
            line for line in unified_diff(old.splitlines(), now.splitlines(), n=0) if re.match(r"\+(?!\+\+)", line)
        ]
        assert found["lines"] == len(added)
    assert (answer["files_touched"], answer["lines_written"]) == (12, sum(found["lines"] for found in answer["files"]))


def test_a_dry_run_says_the_same_and_writes_nothing(checkout: Path) -> None:
    before = everything(checkout)
    told = new_job(checkout, "price_list", "--dry-run")
    assert everything(checkout) == before
    assert told.pop("written") is False
    done = new_job(checkout, "price_list")
    assert done.pop("written") is True
    assert told == done


@pytest.mark.parametrize("there", ["", "containers/price_list/notes", "functions/plan/planners/price_list.py"])
def test_a_job_that_is_there_is_left_alone(checkout: Path, there: str) -> None:
    if there:
        (checkout / there).parent.mkdir(parents=True)
        (checkout / there).write_text("mine")
    else:
        new_job(checkout, "price_list")
    before = everything(checkout)
    assert new_job(checkout, "price_list") == ("JobExistsError", 2)
    assert everything(checkout) == before


def test_elsewhere_than_in_a_checkout_it_says_so(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert new_job(tmp_path_factory.mktemp("empty"), "price_list") == ("NotACheckoutError", 2)
    for name in PARTS:
        before = (checkout / name).read_text()
        (checkout / name).write_text("")
        assert new_job(checkout, "price_list") == ("NotACheckoutError", 2), name
        (checkout / name).write_text(before)
    assert not (checkout / "containers" / "price_list").exists()


@pytest.mark.parametrize("name", ["", "a", "A_b", "1a", "a-b", "a.b", "../x", "a" * 41, *TAKEN])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(UnusableNameError):
        read_names(name, None)


@pytest.mark.parametrize(
    "chain", ["", "one", "a,", "a,a", "a,B", "a_1,a1", "a,b;c", ",".join(f"s{n}" for n in range(21))]
)
def test_chains_that_are_none_are_refused(chain: str) -> None:
    with pytest.raises(UnusableNameError):
        read_names("price_list", chain)


@given(CHAINS)
def test_the_row_s_stages_are_those_that_were_asked_for(chain: str) -> None:
    stages = parse_stages(read_names("price_list", chain).order)
    assert [stage.name for stage in stages] == chain.split(",")
    assert all(before.each for stage in stages for before in stage.after)


def test_the_lock_is_the_worker_s_part_of_another_container_s() -> None:
    whole = (ROOT / "containers/sitemap/requirements.txt").read_text()
    lock = lock_of_worker(["", whole])
    assert re.findall(r"(?m)^[a-z-]+(?===)", lock) == list(WORKER)
    assert set(lock.splitlines()) <= set(whole.splitlines())
    assert all(line.endswith("\\") or line.startswith("    --hash=sha256:") for line in lock.splitlines())
    with pytest.raises(NotACheckoutError):
        lock_of_worker([whole.replace("obstore", "other")])


def test_the_readme_says_how_much_that_is(checkout: Path) -> None:
    answer = new_job(checkout, "abandoned_carts")
    told = f"{answer['files_touched']} files, {answer['lines_written']} lines"
    assert told in (ROOT / "README.md").read_text()
    assert f"Wrote {told}." in (ROOT / "docs/guide.md").read_text()

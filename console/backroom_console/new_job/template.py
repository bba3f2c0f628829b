"""The text of template.yaml with another job in it: what is there already keeps every character. Pure."""

import re

from backroom_console.errors import JobExistsError, NotACheckoutError
from backroom_console.new_job.names import NewJob
from backroom_console.new_job.skeleton import render

_TABLE = re.compile(r"(?m)^  Jobs:\n(?:(?: {4}.*)?\n)*(?: {4}.*\n)")
_IMAGES = re.compile(r"(?m)^      - Label: \{default: Images of the jobs\}\n        Parameters: \[(?P<list>[^\]\n]*)\]")
_ROW = re.compile(r"(?m)^    (\w+):$")
_LOOPS = ("Traits", "Jobs")
"""The loops that go over every row; that over those with a schedule is Scheduled."""


def with_job(text: str, job: NewJob) -> str:
    """Give template.yaml's text with the job's rows, its keys in the loops, and the parameter of its image.

    Raises NotACheckoutError when a place for one of them is not there, JobExistsError.
    """
    taken = set(_ROW.findall(_found(_TABLE, text, "table Mappings.Jobs")[0])) & set(job.keys)
    if taken:
        raise JobExistsError(f"Mappings.Jobs of template.yaml has the row {min(taken)} already: choose another name")
    text = _with_parameter(text, job)
    text = _with_rows(text, job)
    for loop in _LOOPS:
        text = _with_keys(text, loop, job.keys)
    return _with_keys(text, "Scheduled", job.keys[:1])


def _with_rows(text: str, job: NewJob) -> str:
    end = _found(_TABLE, text, "table Mappings.Jobs").end()
    stages = f"      Stages: {job.order}\n" if job.stages else ""
    nodes = f'      Nodes: "{job.nodes}"\n' if job.nodes > 1 else ""
    rows = render("row.yaml", key=job.key, name=job.name, stages=stages, nodes=nodes)
    for key, stage in zip(job.keys[1:], job.stages[1:], strict=True):
        rows += render("stage_row.yaml", key=key, job=job.key, name=f"{job.name}-{stage}")
    return text[:end] + rows + text[end:]


def _with_parameter(text: str, job: NewJob) -> str:
    """Put the image's parameter behind the last one of an image, in the list of them too."""
    group = _found(_IMAGES, text, "group of parameters `Images of the jobs`")
    last = group["list"].rpartition(",")[2].strip()
    text = f"{text[: group.end('list')]}, {job.key}Image{text[group.end('list') :]}"
    end = _found(re.compile(rf"(?m)^  {last}:\n(?:    .*\n)+"), text, f"parameter {last}").end()
    return text[:end] + render("parameter.yaml", key=job.key, name=job.name) + text[end:]


def _with_keys(text: str, loop: str, keys: tuple[str, ...]) -> str:
    place = re.compile(rf"(?m)^  Fn::ForEach::{loop}:\n    - Job\n    - \[(?P<list>[^\]\n]*)\]$")
    end = _found(place, text, f"list of Fn::ForEach::{loop}").end("list")
    return "".join((text[:end], *(f", {key}" for key in keys), text[end:]))


def _found(place: re.Pattern[str], text: str, name: str) -> re.Match[str]:
    found = place.search(text)
    if found is None:
        raise NotACheckoutError(f"template.yaml has no {name} of the usual form: add the job by hand (docs/guide.md)")
    return found

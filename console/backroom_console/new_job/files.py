"""The files that a new job begins with. Pure."""

from collections.abc import Mapping

from backroom_console.new_job.names import NewJob
from backroom_console.new_job.skeleton import render


def new_files(job: NewJob, lock: str) -> Mapping[str, str]:
    """Give the texts of a job's files by their paths in the checkout; `lock` is that of the worker's requirements."""
    container, name = f"containers/{job.name}", job.name
    return {
        f"{container}/Dockerfile": render("Dockerfile", name=name),
        f"{container}/requirements.in": render("requirements.in"),
        f"{container}/requirements.txt": lock,
        f"{container}/{name}/__init__.py": render("init.py", name=name),
        **{f"{container}/{name}/{module}.py": text for module, text in _modules(job).items()},
        f"functions/plan/planners/{name}.py": render(f"{_kind(job)}planner.py", name=name, key=job.key),
        f"events/plan_{name}.json": render("event.json", name=name),
        f"tests/e2e/test_{name}.py": render(f"{_kind(job)}test.py", name=name, tenant=job.tenant),
    }


def _kind(job: NewJob) -> str:
    """Say how the names of those texts begin that are others for a job of several nodes."""
    return "nodes_" if job.nodes > 1 else ""


def _modules(job: NewJob) -> Mapping[str, str]:
    if job.stages:
        return {"__main__": render("chain_main.py", name=job.name), "work": _chain(job)}
    modules = {"__main__": "main.py", "work": "work.py"} | ({"meeting": "meeting.py"} if job.nodes > 1 else {})
    return {module: render(f"{_kind(job)}{text}", name=job.name) for module, text in modules.items()}


def _chain(job: NewJob) -> str:
    first, *middle, last = job.stages
    steps = [render("chain_first.py", name=job.name, stage=first)]
    for before, stage in zip(job.stages, middle, strict=False):
        steps.append(render("chain_middle.py", stage=stage, before=before))
    steps.append(render("chain_last.py", name=job.name, stage=last, before=job.stages[-2]))
    entries = "".join(f'    "{stage}": {stage}_item,\n' for stage in job.stages)
    return "".join((render("chain_head.py", name=job.name), *steps, render("chain_tail.py", entries=entries)))

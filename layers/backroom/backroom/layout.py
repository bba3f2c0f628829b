"""Where everything lies in the runs bucket. No other module builds one of these keys.

runs/JOB/RUN/manifest.jsonl                 the portions of the first wave, a line each
runs/JOB/RUN/manifest.idx                   their offsets; written last: no index, no manifest
runs/JOB/RUN/plan.json                      what the planner decided for every tenant, with the reasons
runs/JOB/RUN/plan-request.json              what a planner that runs as a Batch job is asked
runs/JOB/RUN/plan-error.json                why such a planner has not planned
runs/JOB/RUN/results/0000017.json           the result of portion 17, written once
runs/JOB/RUN/attempts/0000017/W-A.json      how attempt A in wave W ended, if it did not succeed and could still say so
runs/JOB/RUN/checkpoints/0000017.json       how far portion 17 has come
runs/JOB/RUN/failed-items/0000017.jsonl     the items of portion 17 that failed, a line each
runs/JOB/RUN/handover/STAGE/0000017/NAME    what a stage of portion 17 leaves to those after it
runs/JOB/RUN/outcomes.jsonl                 what became of every portion, a line each, in order of portions
runs/JOB/RUN/waves/N/manifest.jsonl|idx     the same for wave N >= 2, which does what is left
runs/JOB/RUN/waves/N/plan.json|outcomes.jsonl|plan-request.json|plan-error.json
Of a chain's portions, results, attempts, checkpoints and failed-items lie in a folder STAGE/ of each.
ledger/JOB/TENANT.jsonl                     every item that was ever finished, and as which version (ETag)
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunLayout:
    """The keys of one run; of a chain, as one of its stages sees them."""

    job: str
    run: str
    stage: str = ""

    @property
    def prefix(self) -> str:
        return f"runs/{self.job}/{self.run}/"

    def wave(self, wave: int) -> str:
        """Prefix of what belongs to one wave: its manifest, index, plan and outcomes."""
        return self.prefix if wave == 1 else f"{self.prefix}waves/{wave}/"

    def manifest(self, wave: int) -> str:
        return f"{self.wave(wave)}manifest.jsonl"

    def index(self, wave: int) -> str:
        return f"{self.wave(wave)}manifest.idx"

    def result(self, portion: int) -> str:
        return f"{self.results}{portion:07}.json"

    def attempt(self, portion: int, wave: int, attempt: int) -> str:
        return f"{self.attempts}{portion:07}/{wave}-{attempt}.json"

    def checkpoint(self, portion: int) -> str:
        return f"{self.checkpoints}{portion:07}.json"

    def failed_items(self, portion: int) -> str:
        return f"{self._of_stage('failed-items')}{portion:07}.jsonl"

    def handover(self, portion: int, name: str) -> str:
        return f"{self._of_stage('handover')}{portion:07}/{name}"

    @property
    def results(self) -> str:
        """Prefix of all results of the stage."""
        return self._of_stage("results")

    @property
    def checkpoints(self) -> str:
        """Prefix of all checkpoints of the stage."""
        return self._of_stage("checkpoints")

    @property
    def attempts(self) -> str:
        """Prefix of all reports of attempts at the stage that did not succeed."""
        return self._of_stage("attempts")

    def _of_stage(self, kind: str) -> str:
        return f"{self.prefix}{kind}/{self.stage}/" if self.stage else f"{self.prefix}{kind}/"

    def outcomes(self, wave: int) -> str:
        return f"{self.wave(wave)}outcomes.jsonl"

    def plan(self, wave: int) -> str:
        return f"{self.wave(wave)}plan.json"

    def plan_request(self, wave: int) -> str:
        return f"{self.wave(wave)}plan-request.json"

    def plan_error(self, wave: int) -> str:
        return f"{self.wave(wave)}plan-error.json"


def ledger(job: str, tenant: str) -> str:
    """Key of the ledger of one tenant's items of one job."""
    return f"ledger/{job}/{tenant}.jsonl"

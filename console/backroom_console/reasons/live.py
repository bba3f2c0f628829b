"""What a portion does that is not recorded yet, by what Batch's events tell of it. Pure."""

from collections.abc import Sequence

from backroom.recording.facts import Fact, Phase

from backroom_console.reasons.finding import Finding, Reason


def explain_live(run: str, portion: int, fact: Fact, stages: Sequence[str]) -> Finding:
    """Say where a portion stands; `stages` are the job's, in their order."""
    whole, at = f"portion {portion} of {run}", f" at stage {fact.stage}" if fact.stage else ""
    said = ", ".join(text for text in (fact.reason, fact.status_reason) if text)
    evidence = (f"wave {fact.wave}, attempt {fact.attempt}{at}: {said or fact.phase.name.lower()}",)
    logs = f"backroom logs {run} {portion}"
    if fact.phase is Phase.RUNNING:
        return Finding(Reason.WORKING, f"{whole} runs{at}.", evidence, logs)
    later = stages[stages.index(fact.stage) + 1 :] if fact.stage in stages else ()
    if fact.phase is Phase.SUCCEEDED and later:
        sentence = f"{whole} has done stage {fact.stage} and waits for what comes before stage {later[0]}."
        return Finding(Reason.WAITING_FOR_STAGE, sentence, evidence, f"backroom why {run}")
    ended = "succeeded" if fact.phase is Phase.SUCCEEDED else "failed"
    sentence = f"{whole} has {ended}{at}; its wave is not recorded before its last container has ended."
    return Finding(Reason.WORKING, sentence, evidence, f"backroom show {run} --wait")

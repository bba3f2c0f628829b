"""Situations that the protocol must be able to reach, or else its properties say nothing."""

from formal.mutants import Mutant

SPEC_END = "=============================================================================\n"


def _witness(name: str, says: str, model: str, situation: str) -> Mutant:
    """A situation, as a state predicate, whose negation TLC must refute as an invariant."""
    definition = f"Never == ~({situation})\n"
    return Mutant(name, says, model, "Never", ((SPEC_END, definition + SPEC_END),))


WITNESSES = (
    _witness(
        "undead_seal_is_kept",
        "an attempt that Batch gave up seals the portion, and its successor exits 0 with that result",
        "attempts",
        r'\E e \in Entries : batch[e] = "ok" /\ check[e].state = "sealed" /\ check[e].tok < Token(e, current[e])',
    ),
    _witness(
        "lost_but_succeeded",
        "all attempts are lost and the recorder finds the portion sealed",
        "attempts",
        r'\E e \in Entries : batch[e] = "lost" /\ record[e].outcome = "succeeded"',
    ),
    _witness(
        "undead_meets_closed",
        "an undead attempt is about to seal a portion that is closed",
        "attempts",
        r'\E e \in Entries : check[e].state = "failed" /\ pc[e][1] = "did" /\ seen[e][1].done = Items - 1',
    ),
    _witness(
        "waves_share_the_work",
        "the second wave succeeds with an item that the first wave did",
        "attempts",
        r'result[<<1, 1>>] = N /\ out[<<1, 1>>].tok = 1 /\ record[<<1, 1>>].outcome = "succeeded"',
    ),
    _witness(
        "late_planner",
        "a planner that was thought dead still holds the manifest of another when the portions already run",
        "planning",
        r'\E k \in Planners : planner[k] # None /\ planner[k].put /\ planner[k].plan.by # k /\ exec[1] = "waiting"',
    ),
    _witness(
        "stale_observer",
        "the observer holds an event with a record that was written since",
        "events",
        "observer # None /\\ record[observer.entry] # observer.old",
    ),
    _witness(
        "resume_begins_behind",
        "a resumed portion succeeds though its first item was done by the original alone",
        "runs",
        r'kind = "resume" /\ \E p \in Portions : result[<<2, p>>] # None /\ RunOf(out[<<p, 1>>].tok) = 1',
    ),
    _witness(
        "next_run_overtakes",
        "an undead attempt of the first run is at work on an item that the next run has done",
        "runs",
        r'kind = "next" /\ pc[<<1, 1>>][1] = "work" /\ seen[<<1, 1>>][1].done < check[<<2, 1>>].done',
    ),
)

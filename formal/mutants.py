"""What the model is held against: each mutant takes one rule out of the protocol, and TLC must then find the named
property violated."""

from dataclasses import dataclass


class EditDoesNotFitError(Exception):
    """The text that a mutant replaces is not there exactly once: the specification was changed, the mutant was not."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A small edit of run_protocol.tla. `model` names the configuration (MODEL.cfg) whose bounds suffice to find it
    out, `violates` the property that must fail; `edits` are pairs of a text that stands in the specification exactly
    once and what to put in its place."""

    name: str
    says: str
    model: str
    violates: str
    edits: tuple[tuple[str, str], ...]

    def apply(self, spec: str) -> str:
        """The specification with this mutant's edits. Raises EditDoesNotFitError."""
        for old, new in self.edits:
            if spec.count(old) != 1:
                raise EditDoesNotFitError(
                    f"mutant {self.name}: {old!r} is {spec.count(old)} times in run_protocol.tla, not once; "
                    "adapt the mutant in formal/mutants.py"
                )
            spec = spec.replace(old, new)
        return spec


def _mutant(name: str, says: str, model: str, violates: str, *edits: tuple[str, str]) -> Mutant:
    return Mutant(name, says, model, violates, edits)


MUTANTS = (
    _mutant(
        "claim_unconditional",
        "the slot's item is put whether it is there or not",
        "planning",
        "OneRunPerSlot",
        (r"MayClaim(d) == claim \in {None, d}", "MayClaim(d) == TRUE"),
    ),
    _mutant(
        "claim_not_repeatable",
        "a claim whose answer was lost is refused to its own run",
        "planning",
        "EverySlotRuns",
        (r"MayClaim(d) == claim \in {None, d}", "MayClaim(d) == claim = None"),
    ),
    _mutant(
        "manifest_overwritten",
        "a planner writes its manifest over the one that stands",
        "planning",
        "PlanIsWrittenOnce",
        ("stands == IF manifest[r][w] = None THEN planner[k].plan ELSE manifest[r][w]", "stands == planner[k].plan"),
    ),
    _mutant(
        "index_of_own_plan",
        "a planner that finds a manifest writes the index of its own",
        "planning",
        "IndexOfManifest",
        ("![k].plan = stands, ![k].put", "![k].put"),
    ),
    _mutant(
        "plan_left_open",
        "a stopped run ends without closing its plan",
        "planning",
        "NoPortionLost",
        ("MayEnd(r) == index[r][1] # None", "MayEnd(r) == TRUE"),
    ),
    _mutant(
        "fence_claimed_blindly",
        "an attempt claims the checkpoint without If-Match",
        "attempts",
        "FenceHolds",
        ("[] check[e] = old        ->", "[] TRUE                  ->"),
    ),
    _mutant(
        "saved_blindly",
        "an attempt saves its checkpoint without If-Match",
        "attempts",
        "FenceHolds",
        ("IN IF check[e] = old\n", "IN IF TRUE\n"),
    ),
    _mutant(
        "token_not_compared",
        "an attempt claims a checkpoint that holds a later token",
        "attempts",
        "FenceHolds",
        (r" \/ ckpt.tok > Token(e, a)", ""),
    ),
    _mutant(
        "progress_forgotten",
        "a successor begins again at the first item",
        "attempts",
        "FenceHolds",
        ("new == [old EXCEPT !.tok = Token(e, a)]", "new == [old EXCEPT !.tok = Token(e, a), !.done = 0]"),
    ),
    _mutant(
        "saved_before_effect",
        "the checkpoint calls an item done whose output is still to be put",
        "attempts",
        "DoneIsInForce",
        ('/\\ pc[e][a] = "did"\n', '/\\ pc[e][a] \\in {"work", "did"}\n'),
    ),
    _mutant(
        "result_without_seal",
        "an attempt writes its result without having sealed the checkpoint",
        "attempts",
        "ResultIsTheSeal",
        (
            'ELSE Exit(e, a, "again") /\\ UNCHANGED check\n  /\\ UNCHANGED <<result',
            'ELSE Goto(e, a, "write", new) /\\ UNCHANGED <<jobs, check>>\n  /\\ UNCHANGED <<result',
        ),
    ),
    _mutant(
        "result_from_memory",
        "who finds a sealed checkpoint writes a result of its own",
        "attempts",
        "ResultIsTheSeal",
        ("IF @ = None THEN seen[e][a].tok ELSE @", "IF @ = None THEN Token(e, a) ELSE @"),
    ),
    _mutant(
        "result_overwritten",
        "the same, and without If-None-Match",
        "attempts",
        "ResultIsWrittenOnce",
        ("IF @ = None THEN seen[e][a].tok ELSE @", "Token(e, a)"),
    ),
    _mutant(
        "exit_before_result",
        "an attempt exits 0 once the checkpoint is sealed",
        "attempts",
        "ExitZeroHasResult",
        ('IF count = Items THEN "write" ELSE "work", new)', 'IF count = Items THEN "wrote" ELSE "work", new)'),
    ),
    _mutant(
        "output_always_put",
        "an output is put whatever stands there",
        "attempts",
        "EffectOnce",
        ("CASE Stands(e, key)   ->", "CASE FALSE            ->"),
        ("[] Later(e, a, key) ->", "[] FALSE            ->"),
        ("IF Same(e, key) THEN @ ELSE @ + 1", "@ + 1"),
    ),
    _mutant(
        "output_token_not_compared",
        "an undead attempt replaces what a later token wrote",
        "runs",
        "NoZombieReplaces",
        ("[] Later(e, a, key) ->", "[] FALSE            ->"),
    ),
    _mutant(
        "output_not_stamped",
        "an output of the same source from an earlier run keeps its old token",
        "runs",
        "DoneIsInForce",
        (r"Stands(e, key) == Same(e, key) /\ RunOf(out[key].tok) >= e[1]", "Stands(e, key) == Same(e, key)"),
    ),
    _mutant(
        "failed_without_closing",
        "a portion is called failed because it has no result, and its checkpoint stays open",
        "attempts",
        "OutcomeIsTrue",
        (
            r'MayNote(e) == result[e] # None \/ check[e].state \in {"failed", "cancelled"}',
            "MayNote(e) == result[e] # None \\/ Hopeless(e)",
        ),
        (
            'IF check[e].state = "sealed" THEN "succeeded" ELSE check[e].state\nMayNote',
            'IF result[e] # None THEN "succeeded" ELSE Verdict(e)\nMayNote',
        ),
    ),
    _mutant(
        "closed_blindly",
        "the recorder closes a checkpoint without looking whether it is sealed",
        "attempts",
        "FenceHolds",
        (r'Hopeless(e) /\ check[e].state = "open"', "Hopeless(e)"),
    ),
    _mutant(
        "seal_not_finished",
        "a sealed portion without a result waits for an attempt that will not come",
        "attempts",
        "EveryRunEnds",
        (r"Finish(e) \/ Close(e)", "Close(e)"),
    ),
    _mutant(
        "no_reconciler",
        "a stopped execution is left to record itself",
        "attempts",
        "EveryRunEnds",
        (r'Recording(r) == exec[r] \in {"recording", "stopped"}', r'Recording(r) == exec[r] \in {"recording"}'),
    ),
    _mutant(
        "last_event_wins",
        "an event overwrites what is known of its attempt",
        "events",
        "RecordOnlyGrows",
        ("Max(old.rank[a], rank[a])", "IF rank[a] > 0 THEN rank[a] ELSE old.rank[a]"),
    ),
    _mutant(
        "record_without_version",
        "the observer puts the joined record without comparing its version",
        "events",
        "RecordOnlyGrows",
        ("IF @ = o.old THEN Fold(o.old, o.attempt, o.rank) ELSE @", "Fold(o.old, o.attempt, o.rank)"),
    ),
    _mutant(
        "recorder_trusts_events",
        "the recorder does not ask Batch how the attempts ended",
        "events",
        "AttemptsAreKnown",
        ("[Join(@, Known(e)) EXCEPT", "[@ EXCEPT"),
    ),
    _mutant(
        "resumed_while_running",
        "a run is resumed though it still runs",
        "runs",
        "ResumeIsExact",
        ("MayResume == ended[1]", "MayResume == TRUE"),
    ),
    _mutant(
        "resumed_when_stopped",
        "a run is resumed as soon as its execution has stopped, before its portions are closed",
        "runs",
        "ResumeIsExact",
        ("MayResume == ended[1]", 'MayResume == exec[1] \\in {"stopped", "done"}'),
    ),
)

---------------------------- MODULE run_protocol ----------------------------
(***************************************************************************)
(* The run protocol of Backroom: one slot claimed, one plan written, every *)
(* portion worked on by attempts that may be lost, repeated or undead, and *)
(* every portion decided exactly once, by one object: its checkpoint.      *)
(*                                                                         *)
(* Each action is at most one conditional request to S3, DynamoDB or Batch *)
(* together with what the process then knows; between any two of them any  *)
(* other process may act.  Whatever may stop for good (a planner, an       *)
(* attempt that Batch gave up, the observer of events) is simply not fair. *)
(* docs/formal.md says what is left out and what the bounds are.           *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
  None,        \* nothing there (a model value)
  Deliveries,  \* how often the schedule delivers the slot, and as whom: {1, 2}
  Planners,    \* planners that may be at work at once: 1 may stop for good, the others are the machine's retries
  Runs,        \* {1}, or {1, 2}: the second resumes the first, or is the job's next run (expired lease)
  Portions,
  Items,       \* items of a portion, done in order
  MaxWave,     \* most waves of a run
  FirstTries,  \* most attempts at a portion in the first wave, and in each later one
  LaterTries,
  Undead,      \* most attempts at once that go on although Batch gave them up; beyond it they die as Batch believes
  Observed     \* portions whose events are followed

LastAttempt == [w \in 1..MaxWave |-> FirstTries + (w - 1) * LaterTries]   \* attempts are counted through the waves
N == LastAttempt[MaxWave]
Attempts == 1..N
Waves == 1..MaxWave
Entries == Runs \X Portions
Keys == Portions \X (1..Items)      \* final keys of outputs, the same for every run and attempt
Sources == {"a", "b"}               \* an item's version together with the fingerprint of the parameters

VARIABLES
  claim,    \* the item claim#JOB: None or the delivery that holds the slot
  delivery, \* each delivery's execution: pending, running, refused
  kind,     \* what the second run is: None, resume, next
  exec,     \* each run's execution: none, planning, waiting, recording, stopped, done
  wave,
  manifest, \* manifest[r][w] and index[r][w]: None or the plan that stands there
  index,
  planner,  \* each planner: None, or what it holds in memory
  batch,    \* Batch's view of a portion: none, running, ok, bad, lost
  current,  \* Batch's last attempt at a portion; 0: none yet
  pc,       \* each attempt's process: none, read, work, did, write, wrote, gone
  seen,     \* the checkpoint as each attempt's process last read or wrote it (its ETag)
  check,    \* the checkpoint: fence, progress and decision of a portion
  result,   \* results/N.json: None or the token of the attempt whose figures it holds
  out,      \* outputs: None or [src, tok]
  effects,  \* ghost: how often an item's effect came into force, per source
  record,   \* the portion's item in the table of runs: the rank known of each attempt, and the outcome
  observer, \* None, or the event that the observer holds with the record as it read it
  ended     \* whether the run's item says that it has ended

slot   == <<claim, delivery>>
plans  == <<manifest, index, planner>>
jobs   == <<batch, current>>
procs  == <<pc, seen>>
facts  == <<record, observer>>
vars   == <<slot, kind, exec, wave, plans, jobs, procs, check, result, out, effects, facts, ended>>

Max(m, n) == IF m > n THEN m ELSE n
Token(e, a) == (e[1] - 1) * N + a                 \* (run start, wave, attempt), compared as one number
RunOf(tok) == IF tok = 0 THEN 0 ELSE ((tok - 1) \div N) + 1
Source(r) == IF r = 2 /\ kind = "next" THEN "b" ELSE "a"
LastOf(r) == LastAttempt[wave[r]]
FirstOf(w) == IF w = 1 THEN 1 ELSE LastAttempt[w - 1] + 1
Planned(r) == IF index[r][1] = None THEN {} ELSE index[r][1].left
PlannedEntries(r) == {r} \X Planned(r)
Decided(e) == check[e].state # "open"
Recorded(e) == record[e].outcome # "none"
Begun(e) == {a \in Attempts : pc[e][a] # "none"}

Init ==
  /\ claim = None
  /\ delivery = [d \in Deliveries |-> "pending"]
  /\ kind = None
  /\ exec = [r \in Runs |-> "none"]
  /\ wave = [r \in Runs |-> 1]
  /\ manifest = [r \in Runs |-> [w \in Waves |-> None]]
  /\ index = [r \in Runs |-> [w \in Waves |-> None]]
  /\ planner = [k \in Planners |-> None]
  /\ batch = [e \in Entries |-> "none"]
  /\ current = [e \in Entries |-> 0]
  /\ pc = [e \in Entries |-> [a \in Attempts |-> "none"]]
  /\ seen = [e \in Entries |-> [a \in Attempts |-> None]]
  /\ check = [e \in Entries |-> [tok |-> 0, done |-> 0, state |-> "open"]]
  /\ result = [e \in Entries |-> None]
  /\ out \in {[i \in Keys |-> o] : o \in IF 2 \in Runs THEN {None, [src |-> "b", tok |-> 0]} ELSE {None}}
  /\ effects = [i \in Keys |-> [s \in Sources |-> 0]]
  /\ record = [e \in Entries |-> [rank |-> [a \in Attempts |-> 0], outcome |-> "none"]]
  /\ observer = None
  /\ ended = [r \in Runs |-> FALSE]

(* Claim: the item is put if it is not there, or there with the same run.  The answer may be lost after the put: the
   machine then asks again. *)
MayClaim(d) == claim \in {None, d}

Claim(d) ==
  /\ delivery[d] = "pending" /\ MayClaim(d)
  /\ claim' = d
  /\ \/ /\ delivery' = [delivery EXCEPT ![d] = "running"]
        /\ exec' = [exec EXCEPT ![1] = "planning"]
     \/ /\ claim = None
        /\ UNCHANGED <<delivery, exec>>
  /\ UNCHANGED <<kind, wave, plans, jobs, procs, check, result, out, effects, facts, ended>>

Refused(d) ==
  /\ delivery[d] = "pending" /\ ~MayClaim(d)
  /\ delivery' = [delivery EXCEPT ![d] = "refused"]
  /\ UNCHANGED <<claim, kind, exec, wave, plans, jobs, procs, check, result, out, effects, facts, ended>>

(* The second run.  A resume is refused while the original has not ended; its checkpoints begin with the original's
   progress.  The job's next run may begin at any time: leases expire by the clock, and clocks prove nothing. *)
MayResume == ended[1]

Begin(k) ==
  /\ 2 \in Runs /\ kind = None /\ exec[1] # "none"
  /\ k = "resume" => MayResume
  /\ kind' = k
  /\ exec' = [exec EXCEPT ![2] = "planning"]
  /\ check' = [e \in Entries |-> IF k = "resume" /\ e[1] = 2
                                 THEN [check[e] EXCEPT !.done = check[<<1, e[2]>>].done]
                                 ELSE check[e]]
  /\ UNCHANGED <<slot, wave, plans, jobs, procs, result, out, effects, facts, ended>>

(* Plan: a planner decides what is left, writes the manifest if none is there (and goes on with the one that stands),
   then the index of it if none is there.  Planners of one wave may have decided differently. *)
Left(r) ==
  IF wave[r] > 1 THEN {p \in Planned(r) : ~Recorded(<<r, p>>)}
  ELSE IF r = 2 /\ kind = "resume" THEN {p \in Portions : record[<<1, p>>].outcome # "succeeded"}
  ELSE Portions

Decide(k, r) ==
  /\ exec[r] = "planning" /\ planner[k] = None /\ index[r][wave[r]] = None
  /\ LET plan == [by |-> k, left |-> Left(r)]
     IN planner' = [planner EXCEPT ![k] = [run |-> r, wave |-> wave[r], plan |-> plan, put |-> FALSE]]
  /\ UNCHANGED <<slot, kind, exec, wave, manifest, index, jobs, procs, check, result, out, effects, facts, ended>>

PutManifest(k) ==
  /\ planner[k] # None /\ ~planner[k].put
  /\ LET r == planner[k].run
         w == planner[k].wave
         stands == IF manifest[r][w] = None THEN planner[k].plan ELSE manifest[r][w]
     IN /\ manifest' = [manifest EXCEPT ![r][w] = stands]
        /\ planner' = [planner EXCEPT ![k].plan = stands, ![k].put = TRUE]
  /\ UNCHANGED <<slot, kind, exec, wave, index, jobs, procs, check, result, out, effects, facts, ended>>

PutIndex(k) ==
  /\ planner[k] # None /\ planner[k].put
  /\ LET r == planner[k].run
         w == planner[k].wave
     IN index' = [index EXCEPT ![r][w] = IF @ = None THEN planner[k].plan ELSE @]
  /\ planner' = [planner EXCEPT ![k] = None]
  /\ UNCHANGED <<slot, kind, exec, wave, manifest, jobs, procs, check, result, out, effects, facts, ended>>

(* Batch *)
Submit(r) ==
  /\ exec[r] = "planning" /\ index[r][wave[r]] # None
  /\ exec' = [exec EXCEPT ![r] = "waiting"]
  /\ LET These == {r} \X index[r][wave[r]].left
         first == FirstOf(wave[r])
     IN /\ batch' = [e \in Entries |-> IF e \in These THEN "running" ELSE batch[e]]
        /\ current' = [e \in Entries |-> IF e \in These THEN first ELSE current[e]]
        /\ pc' = [e \in Entries |-> IF e \in These THEN [pc[e] EXCEPT ![first] = "read"] ELSE pc[e]]
        /\ seen' = [e \in Entries |-> IF e \in These THEN [seen[e] EXCEPT ![first] = check[e]] ELSE seen[e]]
  /\ UNCHANGED <<slot, kind, wave, plans, check, result, out, effects, facts, ended>>

(* What Batch does about an attempt that is over, where pcs and snaps say how that leaves the processes. *)
Retry(e, pcs, snaps) ==
  IF exec[e[1]] # "stopped" /\ current[e] < LastOf(e[1])
  THEN LET next == current[e] + 1
       IN /\ current' = [current EXCEPT ![e] = next]
          /\ pc' = [pcs EXCEPT ![e][next] = "read"]
          /\ seen' = [snaps EXCEPT ![e][next] = check[e]]
          /\ UNCHANGED batch
  ELSE /\ batch' = [batch EXCEPT ![e] = "lost"]
       /\ pc' = pcs
       /\ seen' = snaps
       /\ UNCHANGED current

(* Spot reclaim, host lost, or a terminated job: Batch gives the attempt up.  Its process may go on; it need not, since
   nothing is fair to it. *)
Ours(e, a) == current[e] = a /\ batch[e] = "running"
Zombies == {x \in Entries \X Attempts : pc[x[1]][x[2]] \notin {"none", "gone"} /\ ~Ours(x[1], x[2])}

Lose(e) ==
  /\ batch[e] = "running"
  /\ IF Cardinality(Zombies) < Undead THEN Retry(e, pc, seen)
     ELSE Retry(e, [pc EXCEPT ![e][current[e]] = "gone"], [seen EXCEPT ![e][current[e]] = None])
  /\ UNCHANGED <<slot, kind, exec, wave, plans, check, result, out, effects, facts, ended>>

Exit(e, a, word) ==
  LET pcs == [pc EXCEPT ![e][a] = "gone"]
      snaps == [seen EXCEPT ![e][a] = None]
  IN IF Ours(e, a) /\ word = "again" THEN Retry(e, pcs, snaps)
     ELSE /\ pc' = pcs
          /\ seen' = snaps
          /\ batch' = [batch EXCEPT ![e] = IF Ours(e, a) THEN word ELSE @]
          /\ UNCHANGED current

(* An attempt *)
Goto(e, a, next, ckpt) ==
  /\ pc' = [pc EXCEPT ![e][a] = next]
  /\ seen' = [seen EXCEPT ![e][a] = ckpt]

Unmoved == UNCHANGED <<slot, kind, exec, wave, plans, facts, ended>>

Superseded(e, a, ckpt) == ckpt.state \notin {"open", "sealed"} \/ ckpt.tok > Token(e, a)

(* An attempt begins with the checkpoint as it read it; a claim that is refused reads it anew. *)
ClaimFence(e, a) ==
  /\ pc[e][a] = "read"
  /\ LET old == seen[e][a]
         new == [old EXCEPT !.tok = Token(e, a)]
     IN CASE old.state = "sealed"  -> Goto(e, a, "write", old) /\ UNCHANGED <<jobs, check>>
          [] Superseded(e, a, old) -> Exit(e, a, "again") /\ UNCHANGED check
          [] check[e] = old        -> Goto(e, a, "work", new) /\ check' = [check EXCEPT ![e] = new] /\ UNCHANGED jobs
          [] OTHER                 -> Goto(e, a, "read", check[e]) /\ UNCHANGED <<jobs, check>>
  /\ UNCHANGED <<result, out, effects>> /\ Unmoved

(* One item's output under its final key: created if nothing is there; left alone if this run's own source is there
   already; stamped anew if it is there from an earlier run, so that no attempt between the two can replace it; replaced
   if it is of another source and an earlier token; and otherwise this attempt is superseded. *)
Same(e, key) == out[key] # None /\ out[key].src = Source(e[1])
Stands(e, key) == Same(e, key) /\ RunOf(out[key].tok) >= e[1]
Later(e, a, key) == out[key] # None /\ out[key].tok > Token(e, a)

Effect(e, a) ==
  /\ pc[e][a] = "work"
  /\ LET key == <<e[2], seen[e][a].done + 1>>
         s == Source(e[1])
         new == [src |-> s, tok |-> Token(e, a)]
     IN CASE Stands(e, key)   -> Goto(e, a, "did", seen[e][a]) /\ UNCHANGED <<jobs, out, effects>>
          [] Later(e, a, key) -> Exit(e, a, "again") /\ UNCHANGED <<out, effects>>
          [] OTHER            -> /\ Goto(e, a, "did", seen[e][a]) /\ UNCHANGED jobs
                                 /\ out' = [out EXCEPT ![key] = new]
                                 /\ effects' = [effects EXCEPT ![key][s] = IF Same(e, key) THEN @ ELSE @ + 1]
  /\ UNCHANGED <<check, result>> /\ Unmoved

(* The save after an item; after the last one it is the seal. *)
Save(e, a) ==
  /\ pc[e][a] = "did"
  /\ LET old == seen[e][a]
         count == old.done + 1
         new == [old EXCEPT !.done = count, !.state = IF count = Items THEN "sealed" ELSE "open"]
     IN IF check[e] = old
        THEN /\ check' = [check EXCEPT ![e] = new]
             /\ Goto(e, a, IF count = Items THEN "write" ELSE "work", new)
             /\ UNCHANGED jobs
        ELSE Exit(e, a, "again") /\ UNCHANGED check
  /\ UNCHANGED <<result, out, effects>> /\ Unmoved

WriteResult(e, a) ==
  /\ pc[e][a] = "write"
  /\ result' = [result EXCEPT ![e] = IF @ = None THEN seen[e][a].tok ELSE @]
  /\ IF Ours(e, a) THEN Goto(e, a, "wrote", None) /\ UNCHANGED jobs ELSE Exit(e, a, "ok")
  /\ UNCHANGED <<check, out, effects>> /\ Unmoved

ExitDone(e, a) ==
  /\ pc[e][a] = "wrote"
  /\ Exit(e, a, "ok")
  /\ UNCHANGED <<check, result, out, effects>> /\ Unmoved

Step(e, a) == ClaimFence(e, a) \/ Effect(e, a) \/ Save(e, a) \/ WriteResult(e, a) \/ ExitDone(e, a)

(* Exit 65: too many of the items are bad. *)
Fail(e, a) ==
  /\ pc[e][a] = "work" /\ Ours(e, a)
  /\ Exit(e, a, "bad")
  /\ UNCHANGED <<check, result, out, effects>> /\ Unmoved

(* Record.  The recorder of the machine and the scheduled reconciler take the same steps; neither keeps anything between
   two of them, so any number of both may be at work.  Only when they act differs: the reconciler once the execution has
   stopped. *)
Recording(r) == exec[r] \in {"recording", "stopped"} /\ ~ended[r]

WaveEnded(r) ==
  /\ exec[r] = "waiting"
  /\ \A e \in {r} \X index[r][wave[r]].left : batch[e] # "running"
  /\ exec' = [exec EXCEPT ![r] = "recording"]
  /\ UNCHANGED <<slot, kind, wave, plans, jobs, procs, check, result, out, effects, facts, ended>>

(* Sealed but no result: whoever finds it so writes the result from the seal. *)
Finish(e) ==
  /\ Recording(e[1]) /\ check[e].state = "sealed" /\ result[e] = None
  /\ result' = [result EXCEPT ![e] = check[e].tok]
  /\ UNCHANGED <<slot, kind, exec, wave, plans, jobs, procs, check, out, effects, facts, ended>>

(* A portion that gets no further attempt is closed, by compare-and-swap on its checkpoint, before anything but success
   is said of it: from then on no attempt can seal it. *)
Hopeless(e) ==
  \/ exec[e[1]] = "stopped"
  \/ exec[e[1]] = "recording" /\ (batch[e] = "bad" \/ (batch[e] = "lost" /\ wave[e[1]] = MaxWave))

Verdict(e) == IF batch[e] = "bad" \/ exec[e[1]] = "recording" THEN "failed" ELSE "cancelled"

Close(e) ==
  /\ Recording(e[1]) /\ e \in PlannedEntries(e[1]) /\ Hopeless(e) /\ check[e].state = "open"
  /\ check' = [check EXCEPT ![e].state = Verdict(e)]
  /\ UNCHANGED <<slot, kind, exec, wave, plans, jobs, procs, result, out, effects, facts, ended>>

(* What is true of each attempt, as Batch lists it: 1 running, 2 ended. *)
Known(e) == [a \in Attempts |-> IF pc[e][a] = "none" THEN 0 ELSE IF Ours(e, a) THEN 1 ELSE 2]
Join(old, rank) == [old EXCEPT !.rank = [a \in Attempts |-> Max(old.rank[a], rank[a])]]
Outcome(e) == IF check[e].state = "sealed" THEN "succeeded" ELSE check[e].state
MayNote(e) == result[e] # None \/ check[e].state \in {"failed", "cancelled"}

Note(e) ==
  /\ Recording(e[1]) /\ e \in PlannedEntries(e[1]) /\ ~Recorded(e) /\ MayNote(e)
  /\ record' = [record EXCEPT ![e] = [Join(@, Known(e)) EXCEPT !.outcome = Outcome(e)]]
  /\ UNCHANGED <<slot, kind, exec, wave, plans, jobs, procs, check, result, out, effects, observer, ended>>

Again(r) ==
  /\ exec[r] = "recording" /\ ~ended[r] /\ wave[r] < MaxWave
  /\ \E p \in Planned(r) : ~Recorded(<<r, p>>)
  /\ \A e \in PlannedEntries(r) : Recorded(e) \/ batch[e] = "lost"
  /\ wave' = [wave EXCEPT ![r] = @ + 1]
  /\ exec' = [exec EXCEPT ![r] = "planning"]
  /\ UNCHANGED <<slot, kind, plans, jobs, procs, check, result, out, effects, facts, ended>>

Empty == [by |-> 0, left |-> {}]

(* A stopped run without an index gets an empty one: no planner that is still at work can plan it after its end. *)
ClosePlan(r) ==
  /\ exec[r] = "stopped" /\ ~ended[r] /\ index[r][1] = None
  /\ index' = [index EXCEPT ![r][1] = Empty]
  /\ UNCHANGED <<slot, kind, exec, wave, manifest, planner, jobs, procs, check, result, out, effects, facts, ended>>

MayEnd(r) == index[r][1] # None

End(r) ==
  /\ Recording(r) /\ MayEnd(r) /\ \A e \in PlannedEntries(r) : Recorded(e)
  /\ ended' = [ended EXCEPT ![r] = TRUE]
  /\ exec' = [exec EXCEPT ![r] = IF @ = "stopped" THEN @ ELSE "done"]
  /\ UNCHANGED <<slot, kind, wave, plans, jobs, procs, check, result, out, effects, facts>>

Record(r) == ClosePlan(r) \/ End(r) \/ \E e \in {r} \X Portions : Finish(e) \/ Close(e) \/ Note(e)

(* Cancelled, timed out, or a function of it failed for good: an execution cannot record that itself. *)
Stop(r) ==
  /\ exec[r] \in {"planning", "waiting", "recording"}
  /\ exec' = [exec EXCEPT ![r] = "stopped"]
  /\ UNCHANGED <<slot, kind, wave, plans, jobs, procs, check, result, out, effects, facts, ended>>

(* Events.  Whatever has happened may be delivered at any later time, any number of times, or never. *)
Fold(old, a, n) == Join(old, [x \in Attempts |-> IF x = a THEN n ELSE 0])

Receive(e, a, n) ==
  /\ observer = None /\ n <= Known(e)[a]
  /\ observer' = [entry |-> e, attempt |-> a, rank |-> n, old |-> record[e]]
  /\ UNCHANGED <<slot, kind, exec, wave, plans, jobs, procs, check, result, out, effects, record, ended>>

Observe ==
  /\ observer # None
  /\ LET o == observer
     IN record' = [record EXCEPT ![o.entry] = IF @ = o.old THEN Fold(o.old, o.attempt, o.rank) ELSE @]
  /\ observer' = None
  /\ UNCHANGED <<slot, kind, exec, wave, plans, jobs, procs, check, result, out, effects, ended>>

(* What happens in the end if nothing else does.  One fairness for all of it is enough, and the weakest: each of these
   steps can be taken only finitely often. *)
Progress ==
  \/ \E e \in Entries : batch[e] = "running" /\ Step(e, current[e])
  \/ \E r \in Runs : Submit(r) \/ WaveEnded(r) \/ Again(r) \/ Record(r)
  \/ \E k \in Planners \ {1} : PutManifest(k) \/ PutIndex(k) \/ \E r \in Runs : Decide(k, r)
  \/ \E d \in Deliveries : Claim(d) \/ Refused(d)

Next ==
  \/ \E e \in Entries : Lose(e) \/ \E a \in Attempts : Step(e, a) \/ Fail(e, a)
  \/ Progress
  \/ \E k \in Planners : PutManifest(k) \/ PutIndex(k) \/ \E r \in Runs : Decide(k, r)
  \/ \E k \in {"resume", "next"} : Begin(k)
  \/ \E r \in Runs : Stop(r)
  \/ \E e \in Runs \X Observed, a \in Attempts, n \in 1..2 : Receive(e, a, n)
  \/ Observe

Spec == Init /\ [][Next]_vars /\ WF_vars(Progress)

(* Safety: what holds in every state *)
OneRunPerSlot == Cardinality({d \in Deliveries : delivery[d] = "running"}) <= 1

IndexOfManifest == \A r \in Runs, w \in Waves : index[r][w] \in {None, Empty, manifest[r][w]}

EffectOnce == \A i \in Keys, s \in Sources : effects[i][s] <= 1

(* What a checkpoint calls done is in force, by this run's source or a later run's. *)
DoneIsInForce ==
  \A e \in Entries : check[e].tok # 0 => \A n \in 1..check[e].done :
    LET o == out[<<e[2], n>>] IN o # None /\ (o.src = Source(e[1]) \/ RunOf(o.tok) > e[1])

ResultIsTheSeal == \A e \in Entries : result[e] # None => check[e].state = "sealed" /\ result[e] = check[e].tok

ExitZeroHasResult == \A e \in Entries : batch[e] = "ok" => result[e] # None

OutcomeIsTrue == \A e \in Entries : Recorded(e) => ((record[e].outcome = "succeeded") = (result[e] # None))

OutcomeIsTheDecision == \A e \in Entries : Recorded(e) => Decided(e) /\ record[e].outcome = Outcome(e)

NoPortionLost == \A r \in Runs : ended[r] => \A e \in PlannedEntries(r) : Recorded(e) /\ Decided(e)

(* A run that its machine brought to its end knows how every attempt ended, whatever became of the events. *)
AttemptsAreKnown ==
  \A r \in Runs : exec[r] = "done" => \A e \in PlannedEntries(r) : \A a \in Begun(e) : record[e].rank[a] = 2

(* No portion succeeds in a run and again in the run that resumes it, and none is left out of both. *)
ResumeIsExact ==
  kind = "resume" /\ index[2][1] # None /\ ~(exec[2] = "stopped") =>
    \A p \in Planned(1) : (result[<<1, p>>] # None) # (p \in Planned(2))

(* Safety: what no step may do *)
PlanIsWrittenOnce ==
  [][\A r \in Runs, w \in Waves : /\ manifest[r][w] # None => manifest'[r][w] = manifest[r][w]
                                  /\ index[r][w] # None => index'[r][w] = index[r][w]]_vars

ResultIsWrittenOnce == [][\A e \in Entries : result[e] # None => result'[e] = result[e]]_vars

(* Tokens and progress only grow, and a decision is final: an attempt whose successor has claimed changes nothing. *)
FenceHolds ==
  [][\A e \in Entries : check'[e] # check[e] =>
       /\ ~Decided(e)
       /\ check'[e].tok >= check[e].tok
       /\ check'[e].done >= check[e].done]_vars

(* What stands under a final key is replaced by later tokens only. *)
NoZombieReplaces == [][\A i \in Keys : out[i] # None /\ out'[i] # out[i] => out'[i].tok > out[i].tok]_vars

RecordOnlyGrows ==
  [][\A e \in Entries : /\ \A a \in Attempts : record'[e].rank[a] >= record[e].rank[a]
                        /\ Recorded(e) => record'[e].outcome = record[e].outcome]_vars

(* Liveness: without a single event delivered *)
SlotIsRun == \E d \in Deliveries : delivery[d] = "running"
RunsHaveEnded == \A r \in Runs : exec[r] # "none" => ended[r]
EverySlotRuns == <>[]SlotIsRun
EveryRunEnds == <>[]RunsHaveEnded
Settles == <>[](SlotIsRun /\ RunsHaveEnded)
=============================================================================

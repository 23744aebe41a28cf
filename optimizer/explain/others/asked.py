"""Ask for other sets of sites at nearly the same cost, and what the loss of each site costs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import Fault, InputError
from ...plan import Plan
from ...resolved.demands import Demands
from ...solver import solve
from ...solver.questions import Answer, Questions
from ...study import Study
from ...units import usd
from .evidence import Evidence, Met
from .result import Alternatives, alternatives_of

# What the asked gap leaves on both sides of the margin is asked again, so many times closer.
CLOSER = 0.1


@dataclass(frozen=True)
class AlternativesProgress:
    """How far it is: questions answered of those known by now, sets within the margin, cost of the best."""

    seconds: float
    answered: int
    asked: int
    sets: int
    best_usd: float


def alternatives(
    plan_or_study: Plan | Study,
    within: float = 0.01,
    within_usd: float | None = None,
    count: int = 10,
    time_limit_s: float | None = None,
    *,
    progress: Callable[[AlternativesProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Alternatives:
    """Find up to ``count`` distinct sets of open sites whose plans cost nearly as little, and what each site is worth.

    A site is open with a rack in service in the last period, or committed. A plan may cost ``within``, a share, more
    than the best one found, or ``within_usd`` more where that is given. A study is solved first. ``time_limit_s`` is
    shared by all questions; ``stop``, asked often, and a keyboard interrupt end them too: what is known stays.

    Where MW-years come before money, no alternative has more of them than the plan.

    Raises InputError where the margin is none or lies below the plan's own gap, and for a study what ``solve`` raises.
    """
    _refuse(within, within_usd, count, time_limit_s)
    plan = solve(plan_or_study, stop=stop) if isinstance(plan_or_study, Study) else plan_or_study

    def margin(best: float) -> float:
        return best + (within * abs(best) if within_usd is None else within_usd)

    room = margin(plan.objective_usd) - plan.objective_usd
    _refuse_narrow(plan, room, "within" if within_usd is None else "within_usd")
    with _Asking(plan, margin, time_limit_s, progress, stop) as asking:
        asking.sets_and_losses(count)
        for gap in (1.0, CLOSER):
            asking.sides(gap * plan.study.config.solve.gap)
        return alternatives_of(asking.evidence, asking.questions, plan, count, stopped=asking.stopped)


def _refuse(within: float, within_usd: float | None, count: int, time_limit_s: float | None) -> None:
    faults = [
        Fault(name, "must be above 0", value=str(value), cure="a share of the cost, 0.01, or USD")
        for name, value in (("within", within), ("within_usd", within_usd))
        if value is not None and not 0 < value < np.inf
    ]
    if count < 1:
        faults.append(Fault("count", "must be 1 or more", value=str(count)))
    if time_limit_s is not None and not time_limit_s > 0:
        faults.append(Fault("time_limit_s", "must be above 0", value=str(time_limit_s), cure="leave it out for none"))
    if faults:
        raise InputError(faults)


def _refuse_narrow(plan: Plan, room: float, name: str) -> None:
    """Raise InputError where a cheaper plan may hide that is further below than the margin is above."""
    own = np.inf if plan.bound_usd is None else plan.objective_usd - plan.bound_usd
    if room < own:
        known = "nothing is proven of it" if own == np.inf else f"its bound lies {usd(own)} below it"
        reason = f"is a margin of {usd(room)}, less than the plan's own gap: {known}"
        raise InputError([Fault(name, reason, cure="widen it, or solve to a smaller gap first")])


class _Asking:
    """The questions about one plan, side by side, and what their answers teach."""

    def __init__(
        self,
        plan: Plan,
        margin: Callable[[float], float],
        time_limit_s: float | None,
        progress: Callable[[AlternativesProgress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self._began, self._tell, self._stop = time.monotonic(), progress or (lambda _: None), stop or (lambda: False)
        self._deadline = np.inf if time_limit_s is None else self._began + time_limit_s
        self._interrupted, self._answered, self._asked = False, 0, 0
        self._asks = threading.Lock()
        self._lock = threading.Lock()  # sets are learned beside the answers to other questions
        self.questions = Questions(plan, stop=lambda: self.stopped, as_good=True)
        p = self.questions.p
        own = Answer(plan.objective_usd, float(plan.bound_usd or -np.inf), self.questions.base)
        first = Met(plan.objective_usd, own.bound_usd, own.sites(p))
        self.evidence = Evidence(first, p.committed, margin)
        for s in np.flatnonzero(p.forbidden & ~p.committed).tolist():
            self.evidence.prove(s, 1, np.inf)

    def __enter__(self) -> _Asking:
        return self

    def __exit__(self, *_: object) -> None:
        self.questions.close()

    @property
    def stopped(self) -> bool:
        """Whether the time is over or somebody asked to stop."""
        with self._asks:  # a caller need not expect several threads at once
            return self._interrupted or time.monotonic() > self._deadline or self._stop()

    def sets_and_losses(self, count: int) -> None:
        """Ask for one set after the other; beside them for plans with each closed site, and without each open one.

        What is asked is settled before the first answer, so that no answer depends on when another came.
        """
        evidence, p = self.evidence, self.questions.p
        opened, bound = self.questions.leaning()
        for s in np.flatnonzero(~p.committed).tolist():
            evidence.prove(s, 1, float(bound[s]))
        mw = self.questions.base.pods_in_service(p)[:, :, -1] @ p.pod_mw
        losses = sorted(evidence.first.sites, key=lambda s: (opened[s] >= 1.0 - 1e-6, mw[s], s))
        known = evidence.first.bound_usd
        asked: dict[Any, Callable[[], Any]] = {"sets": lambda: self._sets(count)}
        asked |= {(s, 1): self._side(s, 1, None) for s, side in self._open_sides() if side}
        asked |= {(s, 0): self._question(Demands(empty=frozenset((s,))), known_usd=known) for s in losses}
        self._learn(self._all(asked))

    def sides(self, gap: float) -> None:
        """Ask for plans without or with each site that has no class yet, the nearest to a decision first."""
        if not self.stopped:
            self._learn(self._all({at: self._side(*at, gap) for at in self._open_sides()}))

    def _open_sides(self) -> list[tuple[int, int]]:
        return sorted(self.evidence.open_sides(), key=lambda at: (self.evidence.bound_usd[at], at))

    def _side(self, s: int, side: int, gap: float | None) -> Callable[[], Answer]:
        """Ask on which side of the margin the plans without or with a site lie."""
        demands = Demands(held=frozenset((s,))) if side else Demands(empty=frozenset((s,)))
        return self._question(demands, gap, self.evidence.margin_usd, float(self.evidence.bound_usd[s, side]))

    def _sets(self, count: int) -> None:
        """Ask for sets unlike those before until none lies within the margin; of the last only whether it does."""
        evidence, known = self.evidence, self.evidence.first.bound_usd
        while not self.stopped:
            until = evidence.margin_usd if len(evidence.listed) >= count else None
            demands = Demands(unlike=tuple(evidence.listed))
            answer = self._question(demands, until_usd=until, known_usd=known)()
            known = max(known, answer.bound_usd)
            if until is None and answer.bound_usd <= evidence.margin_usd < answer.objective_usd and not self.stopped:
                answer = self._question(demands, CLOSER * self._gap, evidence.margin_usd, known)()
            met = self._met(answer)
            with self._lock:
                if met is not None:
                    evidence.take(met)
                if met is None or met.cost_usd > evidence.margin_usd or until is not None or answer.stopped:
                    evidence.others(answer.bound_usd)
                    return
                evidence.listed.append(met.sites)

    @property
    def _gap(self) -> float:
        return self.questions.study.config.solve.gap

    def _question(
        self, demands: Demands, gap: float | None = None, until_usd: float | None = None, known_usd: float = -np.inf
    ) -> Callable[[], Answer]:
        def ask() -> Answer:
            left = self._deadline - time.monotonic()
            limit = None if left == np.inf else max(left, 0.0)
            p = self.questions.demanding(demands)
            return self.questions.ask(p, time_limit_s=limit, gap=gap, until_usd=until_usd, known_usd=known_usd)

        return ask

    def _all(self, asked: Mapping[Any, Callable[[], Any]]) -> dict[Any, Any]:
        """Run what is asked side by side, in its order; what had not begun at the end of the time has no answer."""
        self._asked += len(asked)
        self.questions.prepare()
        waiting, running, answers = list(asked.items())[::-1], dict[Future[Any], Any](), dict[Any, Any]()
        with ThreadPoolExecutor(self.questions.workers) as pool:
            while waiting or running:
                try:
                    while waiting and len(running) < self.questions.workers and not self.stopped:
                        key, question = waiting.pop()
                        running[pool.submit(question)] = key
                    if not running:
                        break
                    done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                    for future in done:
                        key = running.pop(future)
                        answers[key] = future.result()
                        self._answered += 1
                    self._report()
                except KeyboardInterrupt:
                    self._interrupted = True
        return answers

    def _learn(self, answers: Mapping[Any, Answer | None]) -> None:
        """Learn from answers about a site without or with it, in the order of the sites."""
        for s, side in sorted(at for at in answers if at != "sets"):
            answer = answers[s, side]
            assert answer is not None
            self.evidence.prove(s, side, answer.bound_usd)
            met = self._met(answer)
            if met is not None:
                self.evidence.take(met)

    def _met(self, answer: Answer) -> Met | None:
        if answer.decisions is None:
            return None
        return Met(answer.objective_usd, answer.bound_usd, answer.sites(self.questions.p), answer)

    def _report(self) -> None:
        with self._lock:
            sets, best = len(self.evidence.within()), self.evidence.best_usd
        seconds = time.monotonic() - self._began
        self._tell(AlternativesProgress(seconds, self._answered, self._asked, sets, best))

"""Make an answer again from what was kept and the releases that it names, and compare the bytes.

The genomes are read again at the gate, as choices are now. When something cannot be made again
(a genome was replaced, a relative may not be read, a release has gone) or comes out otherwise, that
is said, file by file and, within the record, place by place.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeVar

from kerne.alleles.assembly import Assembly
from kerne.cases.answers.answer import Circumstances
from kerne.cases.answers.document import canonical_json, read_document
from kerne.cases.answers.report import BUNDLE, PACKET, PROGRAM, RECORD
from kerne.cases.case import Case, ranking_of
from kerne.cases.events import AnswerSigned
from kerne.cases.gathering import Gatherer
from kerne.cases.inputs import KeptInputs, NamedRelease
from kerne.cases.issuing import Issuer
from kerne.cases.ledger import CaseLedger
from kerne.errors import CaseError, KnowledgeError
from kerne.interpretation.at_hand import Knowledge, open_releases
from kerne.interpretation.candidate import Interpretation
from kerne.interpretation.examination import Examination, SecondaryFindings, look
from kerne.knowledge.release import Kind, Release
from kerne.knowledge.releases import KnowledgeBase
from kerne.people.asking import Refusal

T = TypeVar("T")

_RANKING: Final = "ranking"
_SECONDARY: Final = "secondary findings"
_RELATIONSHIPS: Final = "relationship check"
_JSON: Final = frozenset({_RANKING, _SECONDARY, _RELATIONSHIPS, RECORD, PACKET, BUNDLE})
"""What is made again and told apart place by place; of other files only that they differ."""

_TOLD: Final = 20
_SHOWN_LETTERS: Final = 60
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What came out: the names of what was made again, and in words what differs, if anything."""

    case: str
    made: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether everything is the same, byte for byte."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Reproducer:
    """Makes kept answers again.

    Parameters
    ----------
    reopen
        Opens the knowledge of certain releases.
    """

    ledger: CaseLedger
    issuer: Issuer
    reopen: Callable[[Sequence[NamedRelease]], Knowledge]

    def reproduce(self, case: Case, gatherer: Gatherer) -> Reproduction | Refusal:
        """Make the newest ranking of a case, and its signed answer if there is one, again.

        Raises
        ------
        CaseError
            There is no ranking, or it was kept by an earlier version, without its inputs.
        """
        if case.ranking is None or case.ranking.inputs is None:
            raise CaseError(
                f"nothing is kept of case `{case.number}` that its ranking could be made from again"
            )
        inputs = self._kept(case, case.ranking.inputs, KeptInputs)
        try:
            gathered = gatherer.gather_again(inputs)
            if isinstance(gathered, Refusal):
                return gathered
            with self.reopen(inputs.releases) as knowledge:
                panel = None if inputs.panel is None else inputs.panel.panel
                seen = gathered.examine(knowledge, inputs.disclosure, panel)
                return self._compared(case, inputs, seen, knowledge)
        except (CaseError, KnowledgeError) as error:  # said to the asker: it is the answer
            return Reproduction(case.number, (), (str(error),))

    def _compared(
        self, case: Case, inputs: KeptInputs, seen: Examination, knowledge: Knowledge
    ) -> Reproduction:
        ranking = ranking_of(case)
        parts = {
            _RANKING: (ranking.document, seen.primary),
            _SECONDARY: (ranking.secondary, seen.secondary),
            _RELATIONSHIPS: (ranking.relationships, seen.relationships),
        }
        made: dict[str, tuple[bytes, bytes]] = {}
        for name, (digest, part) in parts.items():
            if digest is not None:
                made[name] = (self.ledger.document(case.number, digest), canonical_json(part))
        told = list(_differences(made))
        if not told and case.signed is not None and case.signed.around is not None:
            answer = self._answer(case, case.signed, seen, knowledge)
            told += _differences(answer)
            made |= answer
        if told and inputs.program != PROGRAM:
            told.insert(0, f"it was made by {inputs.program}, and again by {PROGRAM}")
        return Reproduction(case.number, tuple(made), tuple(told[:_TOLD]))

    def _answer(
        self, case: Case, signed: AnswerSigned, seen: Examination, knowledge: Knowledge
    ) -> dict[str, tuple[bytes, bytes]]:
        around = self._kept(case, str(signed.around), Circumstances)
        # As the answer was made: from the parts as they are kept, their numbers rounded.
        primary = read_document(canonical_json(seen.primary), Interpretation)
        secondary = read_document(canonical_json(seen.secondary), SecondaryFindings)
        found = look(primary, secondary, around.disclosure)
        again = self.issuer.contents(case, found, around, knowledge)
        then = self.issuer.signed_files(case)
        return {name: (then.get(name, b""), again.get(name, b"")) for name in {**then, **again}}

    def _kept(self, case: Case, digest: str, kind: type[T]) -> T:
        return read_document(self.ledger.document(case.number, digest), kind)


def open_named(
    base: KnowledgeBase, assembly: Assembly, wanted: Sequence[NamedRelease]
) -> Knowledge:
    """Open exactly these releases.

    Raises
    ------
    KnowledgeError
        One has gone, or holds something else than then.
    """
    return open_releases([_release(base, each) for each in wanted], assembly)


def _release(base: KnowledgeBase, wanted: NamedRelease) -> Release:
    release = base.get(Kind(wanted.kind), wanted.name)
    if not release.sha256.startswith(wanted.checksum):
        raise KnowledgeError(f"release `{wanted}` is not the one that was used: it was changed")
    return release


def _differences(made: Mapping[str, tuple[bytes, bytes]]) -> Iterator[str]:
    for name, (then, now) in made.items():
        if then == now:
            continue
        if name in _JSON:
            yield from (f"{name}: {each}" for each in told_apart(json.loads(then), json.loads(now)))
        else:
            yield f"{name}: the bytes differ"


def told_apart(then: object, now: object, place: str = "") -> Iterator[str]:
    """Say where two JSON values differ, the innermost places first met.

    Examples
    --------
    >>> list(told_apart({"a": [1, 2]}, {"a": [1, 3], "b": 0}))
    ['a[1]: was 2, is 3', 'b: was absent, is 0']
    """
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted({**then, **now}):
            inner = f"{place}.{key}" if place else key
            yield from told_apart(then.get(key, _ABSENT), now.get(key, _ABSENT), inner)
    elif isinstance(then, list) and isinstance(now, list):
        for at, (one, other) in enumerate(zip_longest(then, now, fillvalue=_ABSENT)):
            yield from told_apart(one, other, f"{place}[{at}]")
    elif then != now:
        yield f"{place}: was {_shown(then)}, is {_shown(now)}"


def _shown(value: Any) -> str:  # Any: JSON
    if value is _ABSENT:
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}..."

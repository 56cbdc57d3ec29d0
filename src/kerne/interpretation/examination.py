"""A genome as examined: what is shown, and apart from it what is secondary and sealed.

The two parts are kept apart, so that a look opens no more than it may show: `look` joins what is
open *now* to the primary part. What is closed leaves no trace there: no rank, no count, no gap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kerne.interpretation.basis import Basis
from kerne.interpretation.candidate import Candidate, Interpretation
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.interpretation.ranking.posterior import weigh
from kerne.interpretation.secondary import Disclosure, FindingClass

_CHOSEN: Final = "secondary finding: shown because the choice about secondary findings opens it"
_RELABELLED: Final = "re-labelled as primary by a geneticist"


@dataclass(frozen=True, slots=True)
class SecondaryCandidate:
    """A candidate that is secondary; `listed` holds the genes that make it so, with their class."""

    candidate: Candidate
    listed: Mapping[str, FindingClass]


@dataclass(frozen=True, slots=True)
class SecondaryFindings:
    """The sealed part of an examination, best first; `version` is that of the gene list."""

    version: str
    candidates: tuple[SecondaryCandidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was seen in a genome, in parts that are kept and opened apart.

    `basis` holds closed alleles like any other: it is for looking again, and never shown.
    """

    primary: Interpretation
    secondary: SecondaryFindings
    relationships: RelationshipCheck
    basis: Basis


def look(
    primary: Interpretation, secondary: SecondaryFindings, disclosure: Disclosure
) -> Interpretation:
    """Return what may be shown now: the primary candidates, and the secondary ones that are open.

    They are ranked together by odds, and probabilities are worked out of what is shown, so that
    what is closed leaves none lacking. The note on secondary findings says what is open and never
    whether there is anything to open.
    """
    note = (
        f"secondary findings shown: {disclosure.words} (gene list version {secondary.version}); "
        "others are closed, whether there are any or not"
    )
    shown = replace(primary, notes=(*primary.notes, note))
    opened = [_opened(each, disclosure) for each in secondary.candidates]
    return _joined(shown, [each for each in opened if each is not None])


def everything(examination: Examination) -> Interpretation:
    """Return all that was seen, ranked together: for a file that nobody's choice comes with."""
    note = "no choice about secondary findings was given: nothing was closed"
    shown = replace(examination.primary, notes=(*examination.primary.notes, note))
    return _joined(shown, [each.candidate for each in examination.secondary.candidates])


def _opened(found: SecondaryCandidate, disclosure: Disclosure) -> Candidate | None:
    if not disclosure.shows(found.listed):
        return None
    is_relabelled = disclosure.relabelled >= found.listed.keys()
    why = _RELABELLED if is_relabelled else _CHOSEN
    return replace(found.candidate, reasons=(*found.candidate.reasons, why))


def _joined(primary: Interpretation, opened: Sequence[Candidate]) -> Interpretation:
    ranked = sorted((*primary.candidates, *opened), key=_order)
    alleles = {variant.allele for each in opened for variant in each.variants}
    joined = replace(
        primary,
        candidates=tuple(replace(each, rank=number) for number, each in enumerate(ranked, 1)),
        variants_considered=primary.variants_considered + len(alleles),
    )
    # Kept interpretations without a probability have odds of another scale.
    return joined if primary.probability_of_none is None else weigh(joined)


def _order(candidate: Candidate) -> tuple[float, str, str]:
    return -candidate.log10_odds, candidate.gene, candidate.disease

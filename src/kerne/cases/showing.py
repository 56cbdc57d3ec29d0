"""What of a case may be shown now: the kept ranking, with the secondary findings that are open.

A ranking is kept in parts, and every look goes through here, so that the choice as it is *now*
decides and never the choice as it was when the candidates were ranked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from kerne.cases.answers.document import read_document
from kerne.cases.case import Case, ranking_of
from kerne.cases.inputs import KeptInputs
from kerne.cases.parts import OpenFindings
from kerne.cases.verdict import find_variant, judged_anew
from kerne.errors import CaseError
from kerne.interpretation.candidate import CandidateVariant, Interpretation
from kerne.interpretation.examination import SecondaryFindings, look
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.interpretation.secondary import Disclosure, FindingClass

T = TypeVar("T")


class Documents(Protocol):
    """Where the parts of a ranking are kept (`cases.ledger.CaseLedger`)."""

    def document(self, number: str, digest: str) -> bytes:
        """Return a kept document."""
        ...


@dataclass(frozen=True, slots=True)
class Showing:
    """Opens kept rankings as far as they may be shown."""

    documents: Documents
    findings: OpenFindings

    def disclosure(self, case: Case) -> Disclosure:
        """Return what may be shown of the patient's secondary findings now."""
        return Disclosure(self.findings.open_classes(case.person), case.relabelled)

    def candidates(self, case: Case) -> Interpretation:
        """Return the newest ranking as it may be shown now.

        Raises
        ------
        CaseError
            There is no ranking, or it was kept before secondary findings were kept apart.
        """
        ranking = ranking_of(case)
        primary = self._part(case, ranking.document, Interpretation)
        secondary = self._part(case, ranking.secondary, SecondaryFindings)
        return look(primary, secondary, self.disclosure(case))

    def variant(self, case: Case, allele: str, rank: int | None = None) -> CandidateVariant:
        """Return one variant of a candidate, with what the geneticist judged of it.

        Raises
        ------
        CaseError
            There is no ranking, or no candidate that may be shown rests on the allele.
        """
        candidate, variant = find_variant(self.candidates(case), allele, rank)
        about = (str(variant.allele), candidate.gene, candidate.disease)
        for each in case.judgements:
            if (each.said.allele, each.said.gene, each.said.disease) == about:
                return judged_anew(variant, each.said)
        return variant

    def listed(self, case: Case) -> dict[str, dict[str, FindingClass]]:
        """Return, by symbol of a gene that is secondary in the newest ranking, what makes it so."""
        if case.ranking is None:
            return {}
        secondary = self._part(case, case.ranking.secondary, SecondaryFindings)
        return {each.candidate.gene: dict(each.listed) for each in secondary.candidates}

    def inputs(self, case: Case) -> KeptInputs:
        """Return what the newest ranking was made from.

        Raises
        ------
        CaseError
            There is no ranking, or none that kept it.
        """
        return self._part(case, ranking_of(case).inputs, KeptInputs)

    def relationships(self, case: Case) -> RelationshipCheck:
        """Return what the genotypes say of the family's registered kinship.

        Raises
        ------
        CaseError
            There is no ranking, or none that kept it.
        """
        return self._part(case, ranking_of(case).relationships, RelationshipCheck)

    def case(self, case: Case) -> Case:
        """Return the case without judgements on what may not be shown now."""
        if not case.judgements:
            return case
        shown = shown_alleles(self.candidates(case))
        return replace(
            case,
            judgements=tuple(
                one for one in case.judgements if one.said.allele in shown.get(one.said.gene, ())
            ),
        )

    def check_judgements(self, case: Case) -> None:
        """Check that everything judged may still be shown, before it is signed.

        Raises
        ------
        CaseError
            Something was judged that may not be shown any more.
        """
        if len(self.case(case).judgements) < len(case.judgements):
            raise CaseError(
                f"what may be shown in case `{case.number}` has changed since it was judged: "
                "rank the candidates again"
            )

    def _part(self, case: Case, digest: str | None, kind: type[T]) -> T:
        if digest is None:
            raise CaseError(
                f"the candidates of case `{case.number}` were ranked by an earlier version of "
                "Kerne: rank them again"
            )
        return read_document(self.documents.document(case.number, digest), kind)


def shown_alleles(found: Interpretation) -> Mapping[str, Collection[str]]:
    """Return the alleles of the candidates by gene."""
    alleles: dict[str, set[str]] = {}
    for candidate in found.candidates:
        alleles.setdefault(candidate.gene, set()).update(
            str(variant.allele) for variant in candidate.variants
        )
    return alleles

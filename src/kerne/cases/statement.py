"""A classification as hospitals share it: who said what of a variant, when, on what grounds.

It is taken from a signed answer, and no patient is named in it. What rests on one family (a de novo
variant, segregation, a picture) is told to others as a criterion and its weight only; the words,
the case and the geneticist's own reason stay with the hospital that signed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.vrs import VrsAllele
from kerne.cases.answers.report import Finding, Report
from kerne.cases.reanalysis import Revision
from kerne.cases.verdict import judged_anew
from kerne.interpretation.candidate import Classification, Evidence, Met, Mode

OF_A_FAMILY: Final = frozenset(
    {"PS2", "PS4", "PM3", "PM6", "PP1", "PP4", "BS2", "BS4", "BP2", "BP5"}
)
"""Criteria whose data are about the patient or the family (Richards 2015, tables 3 and 4)."""

WITHHELD: Final = "rests on the family: the words stay with the hospital that signed"


_SECTIONS_OF_A_FAMILY: Final = ("CNV 4", "CNV 5")
"""Sections of the score of a loss or gain: like cases, and how it came into the family."""


def is_of_a_family(evidence: Evidence) -> bool:
    """Say whether evidence is about the patient or the family, and not about the variant."""
    criterion = evidence.criterion
    return criterion in OF_A_FAMILY or criterion.startswith(_SECTIONS_OF_A_FAMILY)


class Side(StrEnum):
    """What a class says of a variant, as far as it matters to a patient."""

    CAUSES = "causes disease"
    UNCERTAIN = "uncertain"
    HARMLESS = "harmless"


_SIDES: Final = {
    Classification.PATHOGENIC: Side.CAUSES,
    Classification.LIKELY_PATHOGENIC: Side.CAUSES,
    Classification.UNCERTAIN: Side.UNCERTAIN,
    Classification.LIKELY_BENIGN: Side.HARMLESS,
    Classification.BENIGN: Side.HARMLESS,
}


@dataclass(frozen=True, slots=True)
class SharedClassification:
    """What one hospital signed of one variant in one disease.

    Parameters
    ----------
    disease
        `OMIM:...`, `ORPHA:...`; empty when no disease of the gene was known.
    suggested, points
        What the points said, and their sum.
    reason
        The geneticist's own words; empty for other hospitals.
    at
        When the answer was signed, ISO.
    releases
        Knowledge that it rests on.
    case
        Number of the case; empty for other hospitals.
    """

    assembly: str
    allele: Allele
    vrs: VrsAllele | None
    gene: str
    transcript: str
    coding_name: str
    protein_name: str
    disease: str
    disease_name: str
    mode: Mode
    classification: Classification
    suggested: Classification
    points: int
    evidence: tuple[Evidence, ...]
    reason: str
    organisation: str
    by: str
    at: str
    releases: tuple[str, ...]
    case: str

    @property
    def about(self) -> tuple[str, str, str]:
        """What two classifications must agree in to be compared: assembly, variant, gene."""
        return self.assembly, str(self.allele), self.gene

    @property
    def side(self) -> Side:
        """What the class says, as far as it matters to a patient."""
        return side_of(self.classification)

    @property
    def criteria(self) -> str:
        """The criteria that were met, with their strength."""
        met = (each for each in self.evidence if each.met is Met.MET)
        return ", ".join(f"{each.criterion} {each.weight}" for each in met)

    @property
    def day(self) -> str:
        """The day of the signature."""
        return self.at[:10]

    def seen_by(self, organisation: str | None) -> "SharedClassification":
        """Return what a hospital may see of it: all of its own, of others no family and no case."""
        if organisation == self.organisation:
            return self
        evidence = tuple(
            replace(each, data=WITHHELD, uncapped=None, overridden=None)
            if is_of_a_family(each)
            else each
            for each in self.evidence
        )
        return replace(self, evidence=evidence, reason="", case="")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Hospitals that classify one variant otherwise, by the newest word of each, oldest first."""

    said: tuple[SharedClassification, ...]

    @property
    def matters(self) -> bool:
        """Whether it is more than a matter of degree: one says cause, another harmless or open."""
        return len({each.side for each in self.said}) > 1


def classifications_of(
    report: Report, case: str, revisions: Sequence[Revision] = ()
) -> tuple[SharedClassification, ...]:
    """Return what a signed report classifies, and its revisions; none when nobody has judged."""
    conclusion = report.conclusion
    if conclusion is None:
        return ()
    return tuple(
        said
        for finding in conclusion.findings
        for said in _history(
            _classification(report, finding, case, conclusion.organisation, conclusion.signed_by),
            finding,
            revisions,
        )
    )


def _history(
    signed: SharedClassification, finding: Finding, revisions: Sequence[Revision]
) -> Iterator[SharedClassification]:
    """Yield a classification as it was signed, and as it was revised since."""
    yield signed
    about = (str(signed.allele), signed.gene, signed.disease)
    for revision in revisions:
        if revision.about == about:
            variant = judged_anew(finding.variant, revision.said)
            yield replace(
                signed,
                classification=revision.said.classification,
                suggested=variant.classification,
                points=variant.points,
                evidence=variant.evidence,
                reason=revision.said.reason,
                by=revision.said.by,
                at=revision.at.isoformat(timespec="minutes"),
            )


def differing(
    said: Iterable[SharedClassification],
    organisation: str | None,
    judged: Mapping[tuple[str, str, str], Classification],
) -> tuple[SharedClassification, ...]:
    """Return the newest words of other hospitals that class a variant otherwise, oldest first.

    Parameters
    ----------
    judged
        What `organisation` says, by assembly, variant and gene.
    """
    newest = {(*each.about, each.organisation): each for each in sorted(said, key=when)}
    return tuple(
        each
        for each in sorted(newest.values(), key=when)
        if each.organisation != organisation
        and judged.get(each.about, each.classification) is not each.classification
    )


def side_of(classification: Classification) -> Side:
    """Return what a class says, as far as it matters to a patient."""
    return _SIDES[classification]


def disagreements(said: Iterable[SharedClassification]) -> tuple[Disagreement, ...]:
    """Return where the newest words of two hospitals on one variant differ, by variant."""
    newest: dict[tuple[str, str, str], dict[str, SharedClassification]] = defaultdict(dict)
    for each in sorted(said, key=when):
        newest[each.about][each.organisation] = each
    found = [
        Disagreement(tuple(sorted(theirs.values(), key=when)))
        for _, theirs in sorted(newest.items())
    ]
    return tuple(each for each in found if len({one.classification for one in each.said}) > 1)


def when(said: SharedClassification) -> tuple[datetime, str]:
    """Return the moment of a classification, for an order in time; ties by hospital."""
    return datetime.fromisoformat(said.at), said.organisation


def newest_of_each(said: Sequence[SharedClassification]) -> tuple[SharedClassification, ...]:
    """Return the newest word on each variant and disease, in the order of variants."""
    newest = {(*each.about, each.disease): each for each in sorted(said, key=when)}
    return tuple(newest[about] for about in sorted(newest))


def _classification(
    report: Report, finding: Finding, case: str, organisation: str, by: str
) -> SharedClassification:
    variant = finding.variant
    return SharedClassification(
        assembly=report.interpretation.assembly,
        allele=variant.allele,
        vrs=finding.vrs,
        gene=finding.gene,
        transcript=variant.transcript,
        coding_name=variant.coding_name,
        protein_name=variant.protein_name,
        disease=finding.disease,
        disease_name=finding.disease_name,
        mode=finding.mode,
        classification=finding.classification,
        suggested=variant.classification,
        points=variant.points,
        evidence=variant.evidence,
        reason=finding.reason,
        organisation=organisation,
        by=by,
        at=report.made_at,
        releases=report.interpretation.releases,
        case=case,
    )

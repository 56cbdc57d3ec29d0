"""What a person does with phenotypes alone: rank the diseases of many cases, and ask why."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.errors import InputFileError, PhenotypeError, reason_of
from kerne.interpretation.phenotypes.cases import as_profile
from kerne.interpretation.phenotypes.model import KINDS, phenotype_model
from kerne.knowledge.cases import PublishedCase, read_cases
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.phenotype.distinction import Distinction, tell_apart
from kerne.phenotype.explanation import TermContribution, explain
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.profiles import CaseProfile, LeftOut
from kerne.phenotype.ranking import Place, best, place_of

COLUMNS: Final = ("case_id", "rank", "disease_id", "disease", "gene", "log10_odds")
MOST: Final = 100
"""So many diseases of a case are given."""


@dataclass(frozen=True, slots=True)
class RankedCase:
    """The best diseases of one case, and what was passed over, in words."""

    identifier: str
    places: tuple[Place, ...]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a disease stands where it stands in one case.

    Parameters
    ----------
    terms
        What each term adds to its odds.
    next_steps
        What to look for to tell it from its strongest rival.
    """

    disease: str
    name: str
    genes: tuple[str, ...]
    place: Place
    terms: tuple[TermContribution, ...]
    rival: str
    rival_name: str
    next_steps: tuple[Distinction, ...]


def model_for(directory: Path) -> LikelihoodModel:
    """Open the phenotype model of the newest releases in a directory, with all cases there.

    Raises
    ------
    KnowledgeError
        There is no HPO release.
    """
    base = KnowledgeBase(directory)
    newest = (base.newest(kind) for kind in KINDS if kind is not Kind.CASES)
    releases = [release for release in newest if release is not None]
    names = GeneLibrary(releases).names
    return phenotype_model((*releases, *base.of_kind(Kind.CASES)), names)


def rank_cases(
    path: Path, model: LikelihoodModel, *, leave_own_publication_out: bool = False
) -> Iterator[RankedCase]:
    """Rank the diseases of every case of a file or folder; see `knowledge.cases.read_cases`.

    Profiles of a case's own publication and family are never used. Excluded terms are not: in
    published cases they list what relatives had.

    Parameters
    ----------
    leave_own_publication_out
        Annotations that cite the case's own publication are not used either.

    Raises
    ------
    InputFileError
        A case cannot be read.
    """
    prior = _prior(model)
    for case in read_cases(path, diagnosed=False):
        profile = as_profile(case, model.ontology)
        left_out = _left_out(profile, annotations=leave_own_publication_out)
        scores = model.score(profile.observed, left_out=left_out) + prior
        yield RankedCase(
            case.identifier, tuple(best(scores, MOST)), tuple(_passed_over(case, model))
        )


def write_ranks(cases: Iterable[RankedCase], model: LikelihoodModel, out: Path) -> list[str]:
    """Write ranks as a table, whole or not at all, and give what was passed over.

    Raises
    ------
    InputFileError
        A case cannot be read, or the table cannot be written.
    """
    notes: list[str] = []
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=out.parent, prefix=f".{out.name}-", delete=False
        ) as file:
            partial = Path(file.name)
            try:
                file.write("\t".join(COLUMNS) + "\n")
                for case in cases:
                    file.writelines(_lines(case, model))
                    notes += case.passed_over
                file.flush()
                os.fsync(file.fileno())
                partial.chmod(0o644)
                partial.replace(out)
            finally:
                partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputFileError(out, f"cannot be written: {reason_of(error)}") from error
    return notes


def explain_case(
    path: Path,
    model: LikelihoodModel,
    *,
    case: str | None = None,
    disease: str | None = None,
    leave_own_publication_out: bool = False,
) -> Reasons:
    """Say why a disease stands where it stands in one case; the best if none is named.

    Raises
    ------
    InputFileError
        The file cannot be read, or has no such case.
    PhenotypeError
        The disease is not known, or the case has no known term.
    """
    found = _find(path, case)
    profile = as_profile(found, model.ontology)
    if not profile.observed:
        raise PhenotypeError(f"case `{found.identifier}` has no observed term to explain by")
    left_out = _left_out(profile, annotations=leave_own_publication_out)
    scores = model.score(profile.observed, left_out=left_out) + _prior(model)
    chosen = _chosen(model, scores, disease)
    name = model.diseases[chosen.number]
    rival = next(p for p in best(scores, 2) if p.number != chosen.number)
    other = model.diseases[rival.number]
    return Reasons(
        disease=name,
        name=model.name(name),
        genes=model.genes(name),
        place=chosen,
        terms=explain(model, name, profile.observed, left_out=left_out),
        rival=other,
        rival_name=model.name(other),
        next_steps=tell_apart(model, name, other, profile.observed, profile.excluded),
    )


def _chosen(model: LikelihoodModel, scores: NDArray[np.float64], disease: str | None) -> Place:
    if disease is None:
        return best(scores, 1)[0]
    model.check(disease)
    return place_of(scores, model.index[disease])


def _prior(model: LikelihoodModel) -> NDArray[np.float64]:
    """Give (diseases,) log10 prior odds: one disease of all, less likely without a known gene."""
    odds: NDArray[np.float64] = model.prior() - np.log10(max(len(model.diseases), 1))
    return odds


def _left_out(profile: CaseProfile, *, annotations: bool) -> LeftOut:
    return LeftOut(profile.publication, profile.family, annotations=annotations)


def _find(path: Path, identifier: str | None) -> PublishedCase:
    cases = read_cases(path, diagnosed=False)
    found = next((each for each in cases if identifier in {None, each.identifier}), None)
    if found is None:
        raise InputFileError(path, "no case in it" if identifier is None else "no such case in it")
    return found


def _passed_over(case: PublishedCase, model: LikelihoodModel) -> Iterator[str]:
    ontology = model.ontology
    current = {each: ontology.moved.get(each, each) for each in case.observed}
    unknown = [each for each, now in current.items() if now not in ontology.index]
    if unknown:
        yield (
            f"case `{case.identifier}`: {', '.join(unknown)} passed over, no phenotypic "
            f"abnormality of HPO {ontology.release}"
        )
    if len(unknown) == len(current):
        yield f"case `{case.identifier}`: no observed term is known, so all diseases are equal"


def _lines(case: RankedCase, model: LikelihoodModel) -> Iterator[str]:
    for place in case.places:
        disease = model.diseases[place.number]
        fields: Sequence[str] = (
            case.identifier,
            f"{place.rank:g}",
            disease,
            model.name(disease),
            ",".join(model.genes(disease)),
            f"{place.log10_odds:.4f}",
        )
        yield "\t".join(fields) + "\n"

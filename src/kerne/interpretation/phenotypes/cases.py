"""Cases as the phenotype engine takes them: to be ranked, and as profiles of known diagnoses."""

from kerne.knowledge.cases import PublishedCase
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.profiles import CaseProfile


def known_terms(identifiers: tuple[str, ...], ontology: Ontology) -> tuple[int, ...]:
    """Give the indices of phenotype terms, those that the release does not have left out."""
    current = (ontology.moved.get(each, each) for each in identifiers)
    return tuple(dict.fromkeys(ontology.index[e] for e in current if e in ontology.index))


def as_profile(case: PublishedCase, ontology: Ontology) -> CaseProfile:
    """Give a published case as a profile of its disease.

    A term that is both observed and excluded was observed.
    """
    observed = known_terms(case.observed, ontology)
    implied = {int(a) for term in observed for a in ontology.ancestors(term)}
    excluded = known_terms(case.excluded, ontology)
    return CaseProfile(
        identifier=case.identifier,
        disease=case.disease,
        disease_name=case.disease_name,
        genes=(case.gene,) if case.gene else (),
        observed=observed,
        excluded=tuple(term for term in excluded if term not in implied),
        publication=case.publication,
        family=case.family,
    )

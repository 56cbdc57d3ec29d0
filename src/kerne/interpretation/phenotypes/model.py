"""Make the phenotype model: what the releases at hand say that diseases look like."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kerne.interpretation.phenotypes.cases import as_profile
from kerne.knowledge.built import digest_of, open_built
from kerne.knowledge.cases import read_cases
from kerne.knowledge.gene_files.hgnc import GeneNames
from kerne.knowledge.gene_files.kept import kept_same_diseases
from kerne.knowledge.release import Kind, Release
from kerne.phenotype.annotations import FILE_NAME as ANNOTATIONS
from kerne.phenotype.annotations import GENES_FILE_NAME, read_annotations, read_gene_links
from kerne.phenotype.likelihood import FORMAT, LikelihoodModel
from kerne.phenotype.ontology import FILE_NAME as ONTOLOGY
from kerne.phenotype.ontology import Ontology, read_ontology
from kerne.phenotype.profiles import CaseProfile

BUILT = "phenotype"
KINDS = (Kind.HPO, Kind.MONDO, Kind.HGNC, Kind.CASES)
"""The releases that a model is made of; only the first is needed."""


def phenotype_model(releases: Sequence[Release], names: GeneNames) -> LikelihoodModel:
    """Make the model of an HPO release, with MONDO's mappings and the cases that are among others.

    Its ratios are worked out once for a set of releases and kept for the next start.

    Parameters
    ----------
    names
        Genes are called as these approve.

    Raises
    ------
    InputFileError
        A file of a release is not what it should be.
    KnowledgeError
        The kept ratios are damaged.
    """
    used = [each for kind in KINDS for each in releases if each.kind is kind]
    hpo = used[0].path
    ontology = read_ontology(hpo / ONTOLOGY)
    model = LikelihoodModel(
        ontology,
        read_annotations(hpo / ANNOTATIONS, ontology),
        gene_links=called(read_gene_links(hpo / GENES_FILE_NAME), names),
        aliases=_aliases(each for each in used if each.kind is Kind.MONDO),
        profiles=_profiles((each for each in used if each.kind is Kind.CASES), ontology, names),
    )
    made_of = (*(each.sha256 for each in used), repr(model.weights), FORMAT)
    model.open_ratios(lambda shape, fill: open_built(BUILT, digest_of(made_of), shape, fill))
    return model


def called(links: Mapping[str, frozenset[str]], names: GeneNames) -> dict[str, frozenset[str]]:
    """Give the diseases of each gene under its approved symbol, unless another gene here has it."""
    changed = names.changed(links)
    joined: dict[str, frozenset[str]] = {}
    for symbol, diseases in links.items():
        approved = changed.get(symbol, symbol)
        joined[approved] = joined.get(approved, frozenset()) | diseases
    return joined


def _aliases(releases: Iterable[Release]) -> dict[str, frozenset[str]]:
    same = (names for each in releases for names in kept_same_diseases(each.path).values())
    return {name: frozenset(names) - {name} for names in same for name in names}


def _profiles(
    releases: Iterable[Release], ontology: Ontology, names: GeneNames
) -> list[CaseProfile]:
    """Read the cases of several releases; of a case that is in two the later one."""
    cases = (case for release in releases for case in read_cases(release.path))
    profiles = (
        as_profile(replace(case, gene=names.approved(case.gene)), ontology) for case in cases
    )
    return list({profile.identifier: profile for profile in profiles}.values())

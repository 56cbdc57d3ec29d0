"""Releases as they stood on a day: what was annotated, linked and published by then.

Annotations of OMIM and DECIPHER are dated by their row (`biocuration`); a disease is linked to its
genes from its first row on. Orphanet's rows all bear the day of the release, so that a disease of
Orphanet stands from the day of the first OMIM disease that MONDO calls the same, and from ever
without one. Published cases are dated by when their collection took them in (`created`).
"""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from kerne.interpretation.phenotypes.cases import as_profile
from kerne.interpretation.phenotypes.model import called
from kerne.knowledge.cases import PublishedCase, read_cases
from kerne.knowledge.gene_files.hgnc import GeneNames
from kerne.phenotype.annotations import (
    FILE_NAME,
    GENES_FILE_NAME,
    read_annotations,
    read_gene_links,
)
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import FILE_NAME as ONTOLOGY
from kerne.phenotype.ontology import Ontology, read_ontology

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EVER = "0000-00-00"
COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `phenotype.hpoa`: its disease, aspect, day, what it cites, and its line."""

    disease: str
    aspect: str
    day: str
    source: str
    line: str


@dataclass(frozen=True)
class Dated:
    """Everything with a day, to make releases of any day from.

    Parameters
    ----------
    hpo
        Folder of an HPO release.
    cases
        Published cases with their `created` day, JSON lines.
    names
        By which genes are called.
    """

    hpo: Path
    cases: Path
    aliases: Mapping[str, frozenset[str]]
    names: GeneNames

    @cached_property
    def ontology(self) -> Ontology:
        """The ontology of the release, on every day the same."""
        return read_ontology(self.hpo / ONTOLOGY)

    @cached_property
    def rows(self) -> list[Row]:
        """Every line of the annotations."""
        return list(_rows(self.hpo / FILE_NAME))

    @cached_property
    def links(self) -> Mapping[str, frozenset[str]]:
        """Diseases by gene symbol."""
        return called(read_gene_links(self.hpo / GENES_FILE_NAME), self.names)

    @cached_property
    def published(self) -> list[tuple[str, PublishedCase]]:
        """Each published case with the day that it was taken in."""
        with gzip.open(self.cases, "rt", encoding="utf-8") as file:
            days = [json.loads(line)["created"] for line in file]
        approved = self.names.approved
        cases = (replace(each, gene=approved(each.gene)) for each in read_cases(self.cases))
        return list(zip(days, cases, strict=True))

    @cached_property
    def first_days(self) -> Mapping[str, str]:
        """The day from which each disease is annotated."""
        days = defaultdict[str, list[str]](list)
        for row in self.rows:
            if row.aspect == "P":
                days[row.disease].append(row.day)
        first = {disease: min(found) for disease, found in days.items()}
        return {disease: self._first_day(disease, first) for disease in first}

    @cached_property
    def by_disease(self) -> Mapping[str, Sequence[Row]]:
        """The annotations of each disease, those of Orphanet as of their first day."""
        found = defaultdict[str, list[Row]](list)
        for row in self.rows:
            if row.aspect == "P":
                is_dated = not row.disease.startswith("ORPHA")
                day = row.day if is_dated else self.first_days[row.disease]
                found[row.disease].append(replace(row, day=day))
        return found

    @cached_property
    def cases_of(self) -> Mapping[str, Sequence[tuple[str, PublishedCase]]]:
        """The published cases of each disease with their days."""
        found = defaultdict[str, list[tuple[str, PublishedCase]]](list)
        for day, case in self.published:
            found[case.disease].append((day, case))
        return found

    def _first_day(self, disease: str, first: Mapping[str, str]) -> str:
        if not disease.startswith("ORPHA"):
            return first[disease]
        same = (each for each in self.aliases.get(disease, ()) if each.startswith("OMIM"))
        return min((first[each] for each in same if each in first), default=EVER)

    def model(self, day: str, folder: Path, cases_day: str) -> LikelihoodModel:
        """Make the model of a day; `cases_day` is that until which cases are profiles."""
        folder.mkdir()
        with (folder / FILE_NAME).open("w", encoding="utf-8") as file:
            file.writelines(row.line for row in self.rows if self._stands(row, day))
        annotations = read_annotations(folder / FILE_NAME, self.ontology)
        links = {
            gene: frozenset(each for each in found if each in annotations.index)
            for gene, found in self.links.items()
        }
        taken_in = (case for created, case in self.published if created <= cases_day)
        return LikelihoodModel(
            self.ontology,
            annotations,
            gene_links={gene: found for gene, found in links.items() if found},
            aliases=self.aliases,
            profiles=[as_profile(case, self.ontology) for case in taken_in],
        )

    def _stands(self, row: Row, day: str) -> bool:
        if row.disease.startswith("ORPHA"):
            return self.first_days.get(row.disease, EVER) <= day
        return row.day <= day


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if len(fields) < COLUMNS or fields[0] == "database_id":
                yield Row("", "", EVER, "", line)
                continue
            day = min(DAY.findall(fields[11]), default=EVER)
            yield Row(fields[0], fields[10], day, fields[4], line)

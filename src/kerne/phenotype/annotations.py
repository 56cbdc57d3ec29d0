"""What is known of each disease: its features with their frequencies, and how it is inherited.

Read from `phenotype.hpoa` (features) and `genes_to_phenotype.txt` (genes). Rows are kept as
columns; `Annotations.of` gives the rows of one disease as values.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isnan, nan
from pathlib import Path
from sys import intern

import numpy as np
from numpy.typing import NDArray

from kerne.errors import InputFileError
from kerne.phenotype.ontology import Ontology

FILE_NAME = "phenotype.hpoa"
GENES_FILE_NAME = "genes_to_phenotype.txt"
DATABASES = frozenset({"OMIM", "ORPHA", "DECIPHER"})
COLUMNS = (
    "database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex"
    "\tmodifier\taspect\tbiocuration"
)
GENE_COLUMNS = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id"
CLASSES = {
    "HP:0040280": ("obligate (100 %)", 1.0),
    "HP:0040281": ("very frequent (80-99 %)", 0.895),
    "HP:0040282": ("frequent (30-79 %)", 0.545),
    "HP:0040283": ("occasional (5-29 %)", 0.17),
    "HP:0040284": ("very rare (1-4 %)", 0.025),
    "HP:0040285": ("excluded (0 %)", 0.0),
}
COUNTED = re.compile(r"(\d+)/(\d+)")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


class Inheritance(StrEnum):
    """A Mendelian or mitochondrial mode of inheritance, as the HPO term for it."""

    AUTOSOMAL_DOMINANT = "HP:0000006"
    AUTOSOMAL_DOMINANT_MATERNAL_IMPRINTING = "HP:0012275"
    AUTOSOMAL_RECESSIVE = "HP:0000007"
    X_LINKED = "HP:0001417"
    X_LINKED_DOMINANT = "HP:0001423"
    X_LINKED_RECESSIVE = "HP:0001419"
    Y_LINKED = "HP:0001450"
    MITOCHONDRIAL = "HP:0001427"


INCOMPLETE_PENETRANCE = frozenset({"HP:0003829", "HP:0003831"})
"""HPO's terms for incomplete penetrance, and for penetrance that grows with age."""
NOT_BY_ONE_VARIANT = frozenset(
    {
        "HP:0001426",  # multifactorial
        "HP:0010982",  # polygenic
        "HP:0010983",  # oligogenic
        "HP:0010984",  # digenic
        "HP:0001428",  # somatic mutation
        "HP:0001442",  # typified by somatic mosaicism
        "HP:0003743",  # genetic anticipation: a repeat that grows
    }
)
"""HPO's terms for an inheritance in which one small inherited variant seldom is the cause."""
SUSCEPTIBILITY = "susceptibility to"
"""OMIM's words, in the name of a disease, for a variant that only makes it likelier."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One feature of one disease, as one source has it.

    Parameters
    ----------
    term
        Index of the phenotype term.
    frequency
        Share of patients with the feature, 0 to 1 (the middle of a class); `None` if not stated.
    patients
        How many patients were counted; `None` if the source gives a class, a percentage or nothing.
    said
        The frequency in words, `3 of 7 patients`.
    negated
        The source says that patients do *not* have the feature.
    sex
        `FEMALE` or `MALE` when the feature concerns one sex only.
    source
        Where it was published, `PMID:31675180`; several are joined by `;`.
    onset
        When the feature appears, as an HPO term of onset; empty when not stated.
    """

    term: int
    frequency: float | None
    patients: int | None
    said: str
    negated: bool
    sex: str | None
    source: str
    onset: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Annotations:
    """All diseases with their features.

    Parameters
    ----------
    release
        Release as the file states it.
    diseases
        Disease identifiers, sorted; scores of diseases are in this order.
    index
        Position in `diseases` by identifier.
    names
        (diseases,) names.
    modes
        Modes of inheritance by disease identifier; a disease without a stated one is not a key.
    spares_some
        Diseases that do not show in everyone who has the genotype, or only late in life.
    seldom_monogenic
        Diseases that one inherited variant seldom causes: of many factors, of several genes, of
        variants that arise in the body, of repeats; and mere susceptibilities.
    offsets
        (diseases + 1,). The rows of disease `d` are `offsets[d]:offsets[d + 1]`.
    terms, frequencies, patients, negated
        (rows,) columns. A frequency that is not stated is NaN, patients not counted are 0.
    """

    release: str
    diseases: tuple[str, ...]
    index: Mapping[str, int]
    names: tuple[str, ...]
    modes: Mapping[str, frozenset[Inheritance]]
    spares_some: frozenset[str]
    seldom_monogenic: frozenset[str]
    offsets: NDArray[np.int64]
    terms: NDArray[np.int32]
    frequencies: NDArray[np.float64]
    patients: NDArray[np.int32]
    negated: NDArray[np.bool_]
    _said: tuple[str, ...]
    _sexes: tuple[str, ...]
    _sources: tuple[str, ...]
    _onsets: tuple[str, ...]

    def of(self, disease: str) -> tuple[Annotation, ...]:
        """Give the features of one disease, in the order of the file; none if it is unknown."""
        if disease not in self.index:
            return ()
        number = self.index[disease]
        return tuple(map(self.row, range(self.offsets[number], self.offsets[number + 1])))

    def by_publication(self) -> Mapping[str, frozenset[int]]:
        """Give the positions in `diseases` of those that have a row from each publication."""
        citing: dict[str, set[int]] = {}
        diseases = np.repeat(np.arange(len(self.diseases)), np.diff(self.offsets)).tolist()
        for disease, source in zip(diseases, self._sources, strict=True):
            for publication in source.split(";"):
                citing.setdefault(publication, set()).add(disease)
        return {publication: frozenset(found) for publication, found in citing.items()}

    def row(self, number: int) -> Annotation:
        """Give one row of the columns as a value."""
        frequency, patients = float(self.frequencies[number]), int(self.patients[number])
        return Annotation(
            term=int(self.terms[number]),
            frequency=None if isnan(frequency) else frequency,
            patients=patients or None,
            said=self._said[number],
            negated=bool(self.negated[number]),
            sex=self._sexes[number] or None,
            source=self._sources[number],
            onset=self._onsets[number],
        )


def read_annotations(
    path: Path, ontology: Ontology, databases: frozenset[str] = DATABASES
) -> Annotations:
    """Read the diseases of `databases` with their features.

    Rows about onset and course, and features that the ontology has withdrawn or does not count
    as phenotypic abnormalities, are left out.

    Raises
    ------
    InputFileError
        The file is not a `phenotype.hpoa`, or a row lacks columns or has a malformed frequency.
    """
    gathered = _Gathered(ontology)
    with path.open(encoding="utf-8") as file:
        lines = enumerate(file, start=1)
        release = _read_header(path, lines)
        for number, line in lines:
            fields = line.rstrip("\n").split("\t")
            if len(fields) != COLUMNS.count("\t") + 1:
                raise InputFileError(path, f"expected 12 columns, found `{len(fields)}`", number)
            if fields[0].partition(":")[0] in databases:
                _take(gathered, fields, path, number)
    return gathered.freeze(release)


def read_gene_links(path: Path) -> dict[str, frozenset[str]]:
    """Read which diseases each gene is known to cause: disease identifiers by gene symbol.

    Raises
    ------
    InputFileError
        The file is not a `genes_to_phenotype.txt`, or a row lacks columns.
    """
    links: dict[str, set[str]] = {}
    with path.open(encoding="utf-8") as file:
        if file.readline().rstrip("\n") != GENE_COLUMNS:
            raise InputFileError(path, f"expected the header `{GENE_COLUMNS}`", 1)
        for number, line in enumerate(file, start=2):
            fields = line.rstrip("\n").split("\t")
            if len(fields) != GENE_COLUMNS.count("\t") + 1:
                raise InputFileError(path, f"expected 6 columns, found `{len(fields)}`", number)
            links.setdefault(fields[1], set()).add(fields[5])
    return {gene: frozenset(diseases) for gene, diseases in links.items()}


class _Gathered:
    """The rows read so far, by disease."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.names: dict[str, str] = {}
        self.modes: dict[str, set[Inheritance]] = {}
        self.spares_some: set[str] = set()
        self.seldom_monogenic: set[str] = set()
        self.rows: dict[str, list[_Row]] = {}
        self.frequencies: dict[str, tuple[float, int, str]] = {"": (nan, 0, "not stated")}

    def index_of(self, identifier: str) -> int | None:
        """Index of a phenotype term; `None` for one that is withdrawn or of another kind."""
        moved = self.ontology.moved.get(identifier, identifier)
        return self.ontology.index.get(moved)

    def frequency_of(self, text: str) -> tuple[float, int, str]:
        """Read a frequency once and remember it; most rows repeat a few."""
        if text not in self.frequencies:
            self.frequencies[text] = _frequency(text)
        return self.frequencies[text]

    def freeze(self, release: str) -> Annotations:
        diseases = tuple(sorted(self.rows))
        rows = [row for disease in diseases for row in self.rows[disease]]
        counts = np.array([len(self.rows[disease]) for disease in diseases], dtype=np.int64)
        return Annotations(
            release=release,
            diseases=diseases,
            index={disease: number for number, disease in enumerate(diseases)},
            names=tuple(self.names[disease] for disease in diseases),
            modes={disease: frozenset(modes) for disease, modes in self.modes.items()},
            spares_some=frozenset(self.spares_some),
            seldom_monogenic=frozenset(self.seldom_monogenic),
            offsets=np.concatenate([[0], counts.cumsum()]).astype(np.int64),
            terms=np.array([row[0] for row in rows], dtype=np.int32),
            frequencies=np.array([row[1][0] for row in rows], dtype=np.float64),
            patients=np.array([row[1][1] for row in rows], dtype=np.int32),
            negated=np.array([row[2] for row in rows], dtype=np.bool_),
            _said=tuple(row[1][2] for row in rows),
            _sexes=tuple(row[3] for row in rows),
            _sources=tuple(row[4] for row in rows),
            _onsets=tuple(row[5] for row in rows),
        )


# term, (share, patients, in words), negated, sex, source, onset
_Row = tuple[int, tuple[float, int, str], bool, str, str, str]


def _read_header(path: Path, lines: Iterator[tuple[int, str]]) -> str:
    release = "unknown"
    for number, line in lines:
        if line.startswith("#version:"):
            release = line.partition(":")[2].strip()
        if line.startswith("#"):
            continue
        if line.rstrip("\n") != COLUMNS:
            raise InputFileError(path, "expected the header of `phenotype.hpoa`", number)
        return release
    raise InputFileError(path, "expected the header of `phenotype.hpoa`, found the end")


def _take(gathered: _Gathered, fields: list[str], path: Path, line: int) -> None:
    disease, aspect = fields[0], fields[10]
    gathered.names.setdefault(disease, fields[1])
    if aspect == "I" and fields[3] in _MODES:
        gathered.modes.setdefault(disease, set()).add(Inheritance(fields[3]))
    if aspect == "I" and fields[3] in INCOMPLETE_PENETRANCE:
        gathered.spares_some.add(disease)
    by_many = aspect == "I" and fields[3] in NOT_BY_ONE_VARIANT
    if by_many or SUSCEPTIBILITY in fields[1].lower():
        gathered.seldom_monogenic.add(disease)
    if aspect != "P":
        return
    try:
        frequency = gathered.frequency_of(fields[7])
    except ValueError as error:
        raise InputFileError(path, f"malformed frequency `{fields[7]}`: {error}", line) from error
    term = gathered.index_of(fields[3])
    if term is not None:
        words = (intern(fields[8].upper()), intern(fields[4]), intern(fields[6]))
        row = (term, frequency, fields[2] == "NOT", *words)
        gathered.rows.setdefault(disease, []).append(row)


_MODES = frozenset(Inheritance)


def _frequency(text: str) -> tuple[float, int, str]:
    """Read a frequency: share (NaN when not stated), patients counted (0 when not), in words."""
    if text in CLASSES:
        words, share = CLASSES[text]
        return share, 0, words
    if counted := COUNTED.fullmatch(text):
        present, patients = int(counted[1]), int(counted[2])
        if patients == 0:
            return nan, 0, "not stated"
        if present > patients:
            raise ValueError("more patients have it than were counted")
        return present / patients, patients, f"{present} of {patients} patients"
    if percent := PERCENT.fullmatch(text):
        return float(percent[1]) / 100, 0, f"{percent[1]} %"
    raise ValueError("expected `m/n`, a percentage or a frequency term")

"""The family of a patient: PED files, and the genomes of relatives as evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from kerne.alleles.text import read_text
from kerne.errors import InputFileError, InterpretationError
from kerne.interpretation.family.consanguinity import kinship_of_parents
from kerne.interpretation.reading.calls import GenomeCalls

NOBODY = "0"
"""How a PED file says that a parent is not in it."""


class PedigreeSex(StrEnum):
    """Column 5 of a PED file."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


SEXES: Mapping[str, PedigreeSex] = MappingProxyType(
    {
        "1": PedigreeSex.MALE,
        "2": PedigreeSex.FEMALE,
        "0": PedigreeSex.UNKNOWN,
        "-9": PedigreeSex.UNKNOWN,
        "other": PedigreeSex.UNKNOWN,
    }
)
DISEASE: Mapping[str, bool | None] = MappingProxyType(
    {"1": False, "2": True, "0": None, "-9": None}
)
"""The codes of columns 5 and 6."""


class Kin(StrEnum):
    """What a relative is to the patient."""

    MOTHER = "mother"
    FATHER = "father"
    SIBLING = "sibling"
    CHILD = "child"
    OTHER = "relative"


@dataclass(frozen=True, slots=True)
class Member:
    """One line of a PED file.

    Parameters
    ----------
    affected
        `None` when the file does not know.
    """

    family: str
    sample: str
    father: str | None
    mother: str | None
    sex: PedigreeSex
    affected: bool | None


@dataclass(frozen=True, slots=True)
class Pedigree:
    """The members of a PED file by sample name."""

    members: Mapping[str, Member]

    def kin(self, sample: str, patient: str) -> Kin:
        """Say what `sample` is to `patient`; half-siblings are siblings."""
        centre, other = self.members[patient], self.members[sample]
        if sample == centre.mother:
            return Kin.MOTHER
        if sample == centre.father:
            return Kin.FATHER
        if patient in (other.mother, other.father):
            return Kin.CHILD
        parents = {centre.mother, centre.father} - {None}
        return Kin.SIBLING if parents & {other.mother, other.father} else Kin.OTHER

    def parents_of(self, sample: str) -> tuple[str, ...]:
        """List the parents of somebody that the file names; none for who has no line in it."""
        member = self.members.get(sample)
        parents = () if member is None else (member.father, member.mother)
        return tuple(parent for parent in parents if parent is not None)

    def relatives(self, patient: str) -> tuple[str, ...]:
        """List the other members of the patient's family in the order of the file.

        Raises
        ------
        InterpretationError
            The patient is not in the pedigree.
        """
        if patient not in self.members:
            raise InterpretationError(
                f"the pedigree has no sample `{patient}`; it has {_listed(self.members)}"
            )
        family = self.members[patient].family
        return tuple(
            name
            for name, member in self.members.items()
            if member.family == family and name != patient
        )


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative whose genome is at hand."""

    kin: Kin
    affected: bool | None
    calls: GenomeCalls
    sex: PedigreeSex = PedigreeSex.UNKNOWN


@dataclass(frozen=True, slots=True)
class Family:
    """The relatives of one patient whose genomes are at hand.

    Parameters
    ----------
    parents_kinship
        Kinship coefficient of the patient's parents; `None` where not both are known.
    """

    relatives: tuple[Relative, ...]
    parents_kinship: float | None = None

    def parent(self, kin: Kin) -> Relative | None:
        """Give the mother or the father, if their genome is at hand."""
        return next((relative for relative in self.relatives if relative.kin is kin), None)

    @property
    def is_trio(self) -> bool:
        """Whether both parents are at hand."""
        return None not in (self.parent(Kin.MOTHER), self.parent(Kin.FATHER))


def family_of(pedigree: Pedigree, patient: str, calls: Mapping[str, GenomeCalls]) -> Family:
    """Join a pedigree to the genomes at hand; relatives without a genome are left out."""
    return Family(
        tuple(
            Relative(
                pedigree.kin(name, patient),
                pedigree.members[name].affected,
                calls[name],
                pedigree.members[name].sex,
            )
            for name in pedigree.relatives(patient)
            if name in calls
        ),
        kinship_of_parents(patient, pedigree.parents_of),
    )


def read_ped(path: Path) -> Pedigree:
    """Read a PED file: family, sample, father, mother, sex (1, 2), affected (2) or not (1).

    `0` and `-9` say that sex or disease is not known, in the sex column `other` does too.

    Raises
    ------
    InputFileError
        A line has too few columns or an unknown code, repeats a sample, or makes somebody a parent
        against their sex, or an ancestor of themselves.
    """
    members: dict[str, Member] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        member = _member(path, number, line)
        if member.sample in members:
            raise InputFileError(path, f"sample `{member.sample}` is there twice", number)
        members[member.sample] = member
        lines[member.sample] = number
    if not members:
        raise InputFileError(path, "holds no sample")
    _check_parents(path, members, lines)
    _check_circles(path, members, lines)
    return Pedigree(members)


def _member(path: Path, number: int, line: str) -> Member:
    columns = line.split()
    if len(columns) < 6:  # noqa: PLR2004 - the six columns of a PED file
        expected = "expected 6 columns (family, sample, father, mother, sex, affected)"
        raise InputFileError(path, f"{expected}, found {len(columns)}", number)
    family, sample, father, mother, sex, affected = columns[:6]
    if sample in (father, mother):
        raise InputFileError(path, f"sample `{sample}` is its own parent", number)
    if sex not in SEXES:
        expected = "expected `1` (male), `2` (female) or `0` (not known)"
        raise InputFileError(path, f"sex `{sex}` is unknown, {expected}", number)
    if affected not in DISEASE:
        expected = "expected `1` (unaffected), `2` (affected) or `0` (not known)"
        raise InputFileError(path, f"disease status `{affected}` is unknown, {expected}", number)
    return Member(
        family,
        sample,
        None if father == NOBODY else father,
        None if mother == NOBODY else mother,
        SEXES[sex],
        DISEASE[affected],
    )


def _check_parents(path: Path, members: Mapping[str, Member], lines: Mapping[str, int]) -> None:
    for member in members.values():
        for parent, wrong in (
            (member.father, PedigreeSex.FEMALE),
            (member.mother, PedigreeSex.MALE),
        ):
            if parent is not None and parent in members and members[parent].sex is wrong:
                role = "father" if wrong is PedigreeSex.FEMALE else "mother"
                problem = f"`{parent}` is {role} of `{member.sample}` but has sex `{wrong}`"
                raise InputFileError(path, problem, lines[member.sample])


def _check_circles(path: Path, members: Mapping[str, Member], lines: Mapping[str, int]) -> None:
    for sample in members:
        above, waiting = set[str](), [sample]
        while waiting:
            member = members.get(waiting.pop())
            parents = {member.father, member.mother} if member else set()
            new = {parent for parent in parents if parent is not None} - above
            above |= new
            waiting += new
        if sample in above:
            raise InputFileError(path, f"`{sample}` is an ancestor of itself", lines[sample])


def _listed(names: Mapping[str, Member]) -> str:
    return ", ".join(f"`{name}`" for name in names)

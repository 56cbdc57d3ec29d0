"""The synthetic country as one value."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from kerne.errors import SyntheticError
from kerne.phenotype.ontology import Ontology
from kerne.synthetic.citizen import Citizen
from kerne.synthetic.genome import Genome
from kerne.synthetic.haplotypes import Haplotypes
from kerne.synthetic.patient import Answer, Patient
from kerne.synthetic.published import PublishedCount
from kerne.synthetic.registry import Choices, Register
from kerne.synthetic.staff import Institutions
from kerne.synthetic.variation import Site

NOTICE: Final = "Synthetic: generated from a seed. No such country, person or patient exists."


@dataclass(frozen=True, slots=True, eq=False)
class Country:
    """Everything that is to be known of the country, the answers included.

    Parameters
    ----------
    today
        The day on which ages are counted; orders were placed in the year before.
    ontology
        The HPO release that the terms of patients are from.
    sites
        The genomic sites in the order of `haplotypes`.
    published
        Allele frequencies of the same population as another study found them.
    register
        Citizens in the order of `haplotypes`, `P-000001` first; kinship and custody.
    choices
        What citizens decided about research. The first to withdraw carries an allele of the first
        patient, if anybody in the country is unrelated enough.
    institutions
        Staff, sequencing sites and research projects.
    patients
        The first has both parents in the country and a compound recessive disease.
    answers
        What was planted, in the order of `patients`. Not for the centre's eyes.
    """

    seed: int
    today: date
    ontology: Ontology
    genome: Genome
    sites: tuple[Site, ...]
    haplotypes: Haplotypes
    published: tuple[PublishedCount, ...]
    register: Register
    choices: Choices
    institutions: Institutions
    patients: tuple[Patient, ...]
    answers: tuple[Answer, ...]

    @property
    def citizens(self) -> tuple[Citizen, ...]:
        """Everybody in the register."""
        return self.register.citizens

    def position(self, number: str) -> int:
        """Find a citizen by person number: the position in `citizens` and `haplotypes`.

        Raises
        ------
        SyntheticError
            Nobody has this number.
        """
        digits = number.removeprefix("P-")
        position = int(digits) - 1 if digits.isdigit() else -1
        if not 0 <= position < len(self.citizens):
            raise SyntheticError(f"the country has no person `{number}`")
        return position

    def citizen(self, number: str) -> Citizen:
        """Find a citizen by person number.

        Raises
        ------
        SyntheticError
            Nobody has this number.
        """
        return self.citizens[self.position(number)]

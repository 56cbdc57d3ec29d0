"""The phenotype terms of a patient as the model takes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from kerne.phenotype.ontology import Ontology
from kerne.phenotype.phenopacket import Phenotype
from kerne.phenotype.profiles import NOTHING, LeftOut


@dataclass(frozen=True, slots=True)
class Terms:
    """Indices of the phenotype terms that a patient shows, and that were looked for in vain.

    `left_out` names the profiles of the patient's own family, which are no evidence.
    """

    observed: Sequence[int]
    excluded: Sequence[int]
    left_out: LeftOut = NOTHING

    @classmethod
    def of(cls, phenotype: Phenotype, ontology: Ontology) -> "Terms":
        """Find the terms of a phenotype.

        Raises
        ------
        PhenotypeError
            A term is unknown or no phenotypic abnormality.
        """
        return cls(
            ontology.indices(phenotype.observed),
            ontology.indices(phenotype.excluded),
            LeftOut(family=phenotype.family),
        )

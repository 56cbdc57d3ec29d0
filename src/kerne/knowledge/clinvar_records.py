"""What a release of ClinVar says, row by row of its table."""

import numpy as np
from numpy.typing import NDArray

from kerne.knowledge.allele_facts import ClinVarRecord
from kerne.knowledge.loading.clinvar import SEPARATOR
from kerne.knowledge.variant_table.table import VariantTable


def records_of(table: VariantTable, rows: NDArray[np.int64]) -> list[ClinVarRecord]:
    """Give the records of rows, in their order."""
    variations = table.whole("variation", rows).tolist()
    stars = table.whole("stars", rows).tolist()
    texts = [table.text(name, rows) for name in ("significance", "conditions", "gene")]
    consequences = table.text("consequences", rows)
    return [
        ClinVarRecord(
            accession=f"VCV{variation:09}",
            significance=significance,
            stars=star,
            conditions=_parts(conditions),
            gene=gene,
            consequences=_parts(terms),
        )
        for variation, star, significance, conditions, gene, terms in zip(
            variations, stars, *texts, consequences, strict=True
        )
    ]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(SEPARATOR)) if text else ()

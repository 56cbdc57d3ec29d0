"""Make a table of a few alleles."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.knowledge.variant_table.building import Sorted, write_table
from kerne.knowledge.variant_table.fields import Field, Form, Value
from kerne.knowledge.variant_table.gathering import Gathering
from kerne.knowledge.variant_table.table import VariantTable

COUNT = Field("count", Form.WHOLE)
MakeTable = Callable[..., VariantTable]


def first_row(rows: Sorted) -> Mapping[str, NDArray[np.int64]]:
    """Keep the first row of each allele."""
    return {name: values[rows.firsts] for name, values in rows.rows.columns.items()}


@pytest.fixture(scope="session")
def make_table(tmp_path_factory: pytest.TempPathFactory) -> MakeTable:
    def make(
        rows: Sequence[tuple[Allele, Sequence[Value]]],
        fields: Sequence[Field] = (COUNT,),
        rows_in_memory: int = 1000,
    ) -> VariantTable:
        folder = tmp_path_factory.mktemp("table")
        with Gathering(fields, folder, rows_in_memory) as gathering:
            for line, (allele, values) in enumerate(rows, start=1):
                change = (allele.reference, allele.alternative)
                gathering.add((allele.contig, allele.position), change, values, (0, line))
            write_table(folder / "a.table", gathering, first_row, lambda: {"of": "tests"})
        assert [each.name for each in folder.iterdir()] == ["a.table"]
        return VariantTable(folder / "a.table")

    return make

"""FORMAT says which value is what."""

import pytest

from kerne.genomes.reading.form import Form, form_of, number_in


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("GT", Form(True, None, None, None)),
        ("GT:AD:DP:GQ", Form(True, 2, 3, 2)),
        ("GT:GQ:MIN_DP:DP", Form(True, 3, 1, 2)),
        ("DP", Form(False, 0, None, 0)),
        ("", Form(False, None, None, None)),
    ],
)
def test_form__says_where_each_value_stands(text: str, form: Form) -> None:
    assert form_of(text) == form


def test_form__wants_the_genotype_first() -> None:
    with pytest.raises(ValueError, match="DP:GT"):
        form_of("DP:GT")


@pytest.mark.parametrize(
    ("values", "column", "number"),
    [(["0/1", "12"], 1, 12), (["0/1"], 1, -1), (["0/1", "."], 1, -1), (["0/1"], None, -1)],
)
def test_number__is_minus_one_where_the_file_does_not_say(
    values: list[str], column: int | None, number: int
) -> None:
    assert number_in(values, column) == number

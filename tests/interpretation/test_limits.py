"""What is said not to be examined is so of the genome at hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kerne.alleles.assembly import GRCH38
from kerne.alleles.interval import Interval, Intervals
from kerne.interpretation.limits import NOTHING_OF, not_examined
from kerne.interpretation.reading.calls import Call, GenomeCalls

WORDS = dict(zip(("chrM", "chrY"), (words for _, words in NOTHING_OF), strict=True))

MakeCall = Callable[..., Call]


@pytest.fixture
def make_human(make_genome: Callable[..., GenomeCalls]) -> Callable[..., GenomeCalls]:
    return lambda *calls: replace(make_genome(*calls), assembly=GRCH38)


@pytest.mark.parametrize("contig", WORDS)
def test_contig__is_called_unexamined_only_where_the_file_holds_nothing_of_it(
    make_call: MakeCall, make_human: Callable[..., GenomeCalls], contig: str
) -> None:
    elsewhere = make_human(make_call(10, "A>G"))
    assert set(WORDS.values()) <= {*not_examined(elsewhere)}
    said = not_examined(make_human(make_call(10, "A>G"), make_call(10, "A>G", contig=contig)))
    assert {*WORDS.values()} - {*said} == {WORDS[contig]}


def test_contig__without_variants_is_examined_where_it_could_be_read(
    make_call: MakeCall, make_human: Callable[..., GenomeCalls]
) -> None:
    genome = make_human(make_call(10, "A>G"))
    read = genome.with_callable(Intervals.build([Interval("chrY", 0, 100)]))
    assert WORDS["chrY"] not in not_examined(read)
    assert WORDS["chrM"] in not_examined(read)


def test_every_genome__leaves_something_unexamined(
    make_call: MakeCall, make_human: Callable[..., GenomeCalls]
) -> None:
    whole = make_human(*(make_call(10, "A>G", contig=each) for each in ("chr1", *WORDS)))
    assert {"repeat expansions", *not_examined(whole)} == {*not_examined(whole)}

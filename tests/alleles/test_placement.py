from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import Edit
from kerne.alleles.placement import placements


class Text:
    def __init__(self, bases: str) -> None:
        self.bases = bases

    def fetch(self, contig: str, start: int, end: int) -> str:
        del contig
        return self.bases[start:end]

    def length(self, contig: str) -> int:
        del contig
        return len(self.bases)


def applied(text: str, edit: Edit) -> str:
    assert text[edit.start : edit.end] == edit.deleted
    return text[: edit.start] + edit.inserted + text[edit.end :]


def naive_edits(text: str, edit: Edit) -> list[Edit]:
    """List every way to delete, or to insert, so many bases that gives the same sequence."""
    result, size = applied(text, edit), len(edit.deleted or edit.inserted)
    found = []
    for start in range(len(text) + 1):
        for inserted in {result[start : start + size]} if edit.inserted else {""}:
            tried = Edit(start, "" if inserted else text[start : start + size], inserted)
            if len(tried.deleted or tried.inserted) == size and applied(text, tried) == result:
                found.append(tried)
    return found


@given(st.text("AC", min_size=6, max_size=16), st.data())
@settings(deadline=None, max_examples=200, derandomize=True)
def test_placements__are_all_that_give_the_same_sequence(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(text) - 3))
    reference = text[at : at + data.draw(st.integers(1, 3))]
    alternative = data.draw(st.sampled_from([reference[0], reference + "A", reference + "CAC"]))
    assume(reference != alternative)
    found = placements(Allele("chr1", at, reference, alternative), Text(text))
    every = [found.at(step) for step in range(found.steps + 1)]
    assume(found.leftmost.is_shiftable)
    assert every == naive_edits(text, found.leftmost)
    assert found.end == every[-1].end
    start, end = sorted(data.draw(st.tuples(st.integers(0, 16), st.integers(0, 16))))
    inside = [
        edit
        for edit in every
        if start + (not edit.deleted) <= edit.start and edit.end <= end - (not edit.deleted)
    ]
    assert found.within(start, end) == tuple(dict.fromkeys(inside[:1] + inside[-1:]))


def test_block__has_one_placement() -> None:
    found = placements(Allele("chr1", 2, "AC", "GTT"), Text("AAACACACAA"))
    assert (found.at(0), found.steps) == (Edit(2, "AC", "GTT"), 0)
    assert found.within(2, 4) == (Edit(2, "AC", "GTT"),)
    assert found.within(2, 3) == found.within(3, 4) == ()

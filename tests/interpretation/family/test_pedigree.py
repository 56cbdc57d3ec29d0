from pathlib import Path

import pytest

from kerne.alleles.assembly import KERNIA1
from kerne.errors import InputFileError, InterpretationError
from kerne.interpretation.family.pedigree import Kin, PedigreeSex, family_of, read_ped
from kerne.interpretation.reading.calls import GenomeCalls

TEXT = """# family sample father mother sex affected
F1 child dad mum 1 2
F1 dad 0 0 1 1
F1 mum 0 0 2 1
F1 sister dad mum 2 0
F1 uncle gran 0 1 -9
F1 baby child 0 2 1
F2 stranger 0 0 0 1
"""


def _ped(tmp_path: Path, text: str = TEXT) -> Path:
    path = tmp_path / "family.ped"
    path.write_text(text)
    return path


def _genome(sample: str) -> GenomeCalls:
    return GenomeCalls(sample, KERNIA1, ())


def test_ped_file__says_sex_and_who_is_affected(tmp_path: Path) -> None:
    members = read_ped(_ped(tmp_path)).members
    assert members["child"].affected is True
    assert members["dad"].affected is False
    assert members["sister"].affected is None
    assert members["stranger"].sex is PedigreeSex.UNKNOWN
    assert (members["dad"].father, members["child"].mother) == (None, "mum")


@pytest.mark.parametrize(
    ("sample", "kin"),
    [
        ("mum", Kin.MOTHER),
        ("dad", Kin.FATHER),
        ("sister", Kin.SIBLING),
        ("baby", Kin.CHILD),
        ("uncle", Kin.OTHER),
    ],
)
def test_kin__is_seen_from_the_patient(tmp_path: Path, sample: str, kin: Kin) -> None:
    assert read_ped(_ped(tmp_path)).kin(sample, "child") is kin


def test_founders__are_no_siblings_of_each_other(tmp_path: Path) -> None:
    assert read_ped(_ped(tmp_path)).kin("mum", "dad") is Kin.OTHER


def test_family__is_the_relatives_with_a_genome(tmp_path: Path) -> None:
    pedigree = read_ped(_ped(tmp_path))
    calls = {name: _genome(name) for name in ("child", "dad", "mum", "stranger")}
    family = family_of(pedigree, "child", calls)
    assert [(r.kin, r.calls.sample) for r in family.relatives] == [
        (Kin.FATHER, "dad"),
        (Kin.MOTHER, "mum"),
    ]
    assert family.is_trio
    duo = family_of(pedigree, "child", {"mum": _genome("mum")})
    assert not duo.is_trio
    assert duo.parent(Kin.FATHER) is None


def test_patient_not_in_the_pedigree__is_an_error_that_lists_who_is(tmp_path: Path) -> None:
    with pytest.raises(InterpretationError, match="no sample `other`; it has `child`, `dad`"):
        read_ped(_ped(tmp_path)).relatives("other")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no sample"),
        ("F1 child dad mum 1\n", "line 1: expected 6 columns .*, found 5"),
        ("F a 0 0 1 2\nF a 0 0 1 2\n", "line 2: sample `a` is there twice"),
        ("F a a 0 1 2\n", "line 1: sample `a` is its own parent"),
        ("F a b 0 1 2\nF b 0 c 1 1\nF c a 0 2 1\n", "line 1: `a` is an ancestor of itself"),
        ("F a 0 0 x 2\n", "line 1: sex `x` is unknown, expected `1`"),
        ("F a 0 0 1 maybe\n", "line 1: disease status `maybe` is unknown, expected `1`"),
        ("F a b 0 1 2\nF b 0 0 2 1\n", "`b` is father of `a` but has sex `female`"),
        ("F a 0 b 1 2\nF b 0 0 1 1\n", "`b` is mother of `a` but has sex `male`"),
    ],
)
def test_malformed_ped_file__is_refused_with_its_line(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(InputFileError, match=words):
        read_ped(_ped(tmp_path, text))


def test_ped_file_that_cannot_be_read__is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no such file"):
        read_ped(tmp_path / "nowhere.ped")

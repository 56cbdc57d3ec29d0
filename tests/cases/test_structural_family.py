"""A structural variant of a child in a centre: what is told of it later, and of its parents."""

from functools import partial
from pathlib import Path

import pytest

from kerne.cases.reanalysing import Outcome, Reanalyses
from kerne.cases.reproducing import Reproduction
from kerne.centre import open_centre
from kerne.consent.events import SecondaryChoice
from kerne.interpretation.candidate import Mode
from kerne.interpretation.reanalysis.differences import Why
from kerne.interpretation.reanalysis.news import find_news
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase

from .family import AT, FATHER, GENETICIST, MOTHER, OWN, PATIENT, Opened, open_case, settle
from .test_reanalysing import LOW, add_hpo, consent

STRUCTURAL = ("chr2 60 DEL 420 0/1 0/0 0/0 0/0", "chr4 2000 DUP 4000 0/0 0/1 0/1 0/0")
"""New in the patient over ASKED; what both parents have elsewhere."""
DOSAGE = (
    "#ClinGen Region Curation List\n#01 Apr,2026\n"
    "#ISCA ID\tISCA Region Name\tcytoBand\tGenomic Location\tHaploinsufficiency Score"
    "\tTriplosensitivity Score\tDate Last Evaluated\n"
    "ISCA-9\t2q9 region\t2q9\tchr2:81-410\t{score}\t0\t2026-01-01\n"
)


def _judge(home: Path, day: str, score: int) -> None:
    """Add a release that judges a region around ASKED for loss of one copy."""
    told = home.with_name(f"dosage-{day}.tsv")
    told.write_text(DOSAGE.format(score=score).replace("01 Apr,2026", day))
    KnowledgeBase(home / "knowledge").add(Kind.DOSAGE, told, assembly="Kernia1")


@pytest.fixture
def ranked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home with a case and both parents, ranked before anything is linked or judged."""
    monkeypatch.setattr("kerne.cases.looking.find_news", partial(find_news, bounds=LOW))
    home = tmp_path / "home"
    settle(home, stops=(), structural=STRUCTURAL)
    add_hpo(home, "2026-02-01", [])
    _judge(home, "01 Feb,2026", 0)
    with open_centre(home, lambda: AT) as centre:
        consent(centre, PATIENT, recontact=True, secondary=SecondaryChoice.NONE, version="2")
        assert open_case(centre, PATIENT, (MOTHER, FATHER)).interpret().candidates == ()
    return home


def _looked(home: Path) -> list[str]:
    """Look at the one case again and give the reasons of what is told of it."""
    with open_centre(home, lambda: AT) as centre:
        (looked,) = Reanalyses(centre.cases).reanalyse(GENETICIST, OWN)
        assert (looked.outcome, looked.lacks) == (Outcome.NEW, "")
        told = Reanalyses(centre.cases).news(GENETICIST, OWN)
        assert isinstance(told, tuple)
        return [str(each) for each in told[-1].news.reasons]


def test_deletion_that_no_parent_shows__is_told_by_link_and_dosage_and_ranked_as_unseen(
    ranked: Path,
) -> None:
    add_hpo(ranked, "2026-03-01", ["ASKED"])
    link = f"{Why.LINK}: ASKED was not linked to Green nail disease 2 (OMIM:2)"
    assert _looked(ranked) == [link]
    _judge(ranked, "01 Apr,2026", 3)
    dosage = "no gene or region that is established for loss of one copy then, all of 2q9 region"
    assert _looked(ranked) == [link, f"{Why.DOSAGE}: chr2-60-N-<DEL:360>: {dosage} (ISCA-9) now"]
    with open_centre(ranked, lambda: AT) as centre:
        (case,) = centre.cases.ledger.lines()
        (best, *_) = Opened(centre, case.number).interpret().candidates
        again = centre.cases.reproduce(GENETICIST, OWN, case.number)
    assert (best.gene, best.mode) == ("ASKED", Mode.DOMINANT)
    (unseen,) = (each for each in best.reasons if "structural calls" in each)
    assert unseen.startswith("not seen in either parent's structural calls: weaker than de novo")
    points = {each.criterion: each.copy_points for each in best.variants[0].evidence}
    assert (points["CNV 2A"], points["CNV 5A"]) == (1.0, 0.10)
    assert isinstance(again, Reproduction)
    assert again.is_same, again.differences

import json
from datetime import date
from pathlib import Path

import pytest

from kerne.errors import InputFileError, KnowledgeError
from kerne.knowledge.actions import panel_for
from kerne.knowledge.panels import Panel, read_panel, stated_day
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase


def _panelapp(tmp_path: Path, **document: object) -> Path:
    path = tmp_path / "panel.json"
    path.write_text(json.dumps(document))
    return path


def _gene(symbol: str, level: str) -> dict[str, object]:
    return {"gene_data": {"gene_symbol": symbol}, "confidence_level": level}


def test_panelapp_panel__holds_its_green_genes(tmp_path: Path) -> None:
    genes = [_gene("ITPA", "3"), _gene("PANK2", "2"), _gene("APP", "1"), _gene("ITPA", "1")]
    panel = read_panel(_panelapp(tmp_path, name="Iron", version="1.4", genes=genes))
    assert panel.genes == {"ITPA"}
    assert panel.left_out == {"PANK2", "APP"}
    assert panel.label == "panel `Iron` version 1.4, 1 genes; 2 amber or red genes left out"


def test_gene_list__is_a_panel_with_comments(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("# ours\nITPA\n\nPANK2  # brain iron\n")
    panel = read_panel(path)
    assert panel.genes == {"ITPA", "PANK2"}
    assert panel.label == "panel `mine`, 2 genes"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no gene"),
        ("{", "line 1: not JSON"),
        ('{"name": "x"}', "no list `genes`"),
        ('{"genes": []}', "holds no gene"),
        ('{"genes": [{"gene_data": {}}]}', "gene 1 has no `gene_data.gene_symbol`"),
        ('{"genes": ["ITPA"]}', "gene 1 has no"),
        ("ITPA\nnot a gene\n", "line 2: expected one gene symbol, found `not a gene`"),
    ],
)
def test_file_that_is_no_panel__is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "panel"
    path.write_text(text)
    with pytest.raises(InputFileError, match=words):
        read_panel(path)


def test_panel_file_that_cannot_be_read__is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no such file"):
        read_panel(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ('{"version_created": "2026-02-03T10:00:00Z", "genes": []}', date(2026, 2, 3)),
        ('{"genes": []}', None),
        ('{"version_created": "soon"}', None),
        ("[]", None),
        ("AAA\n", None),
    ],
)
def test_panel__states_the_day_of_its_version(tmp_path: Path, text: str, day: date | None) -> None:
    path = tmp_path / "panel.json"
    path.write_text(text)
    assert stated_day(path) == day


def test_panel__is_a_release_that_is_checked_when_added(tmp_path: Path) -> None:
    path, base = tmp_path / "eyes.txt", KnowledgeBase(tmp_path / "k")
    path.write_text("two words\n")
    with pytest.raises(InputFileError, match="line 1: expected one gene symbol"):
        base.add(Kind.PANELS, path)
    path.write_text("AAA\n")
    release = base.add(Kind.PANELS, path, date=date(2026, 2, 3))
    assert read_panel(release.path).genes == {"AAA"}
    assert base.newest(Kind.PANELS) == release


OWN_LIST = """# name: Epilepsy, north
# version: 3
# date: 2026-01-31
# group: epilepsy
# group: seizures in the newborn
SCN1A  # seen: often
KCNQ2
"""


def test_own_list__states_name_version_day_and_groups(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(OWN_LIST)
    panel = read_panel(path)
    assert panel.label == "panel `Epilepsy, north` version 3 of 2026-01-31, 2 genes"
    assert panel.groups == ("epilepsy", "seizures in the newborn")
    assert stated_day(path) == date(2026, 1, 31)


def test_own_list_with_a_date_that_is_none__is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("SCN1A\n# date: last week\n")
    with pytest.raises(InputFileError, match="line 2: expected a date such as `2026-01-31`"):
        read_panel(path)


def test_panelapp_panel__is_of_a_day_and_for_its_disorders(tmp_path: Path) -> None:
    path = _panelapp(
        tmp_path,
        name="Iron",
        version="1.4",
        version_created="2026-02-03T10:11:12Z",
        relevant_disorders=["R57", "Iron overload"],
        genes=[_gene("ITPA", "3")],
    )
    panel = read_panel(path)
    assert panel.label == "panel `Iron` version 1.4 of 2026-02-03, 1 genes"
    assert panel.groups == ("R57", "Iron overload")


def test_group_of_patients__has_the_newest_panel_that_is_for_it(tmp_path: Path) -> None:
    base = KnowledgeBase(tmp_path / "k")
    for day, genes in (("2026-01-31", "AAA"), ("2026-03-01", "BBB"), ("2025-12-01", "CCC")):
        path = tmp_path / f"{day}.txt"
        path.write_text(f"# date: {day}\n# group: Epilepsy\n{genes}\n")
        base.add(Kind.PANELS, path)
    other = tmp_path / "eyes.txt"
    other.write_text("# date: 2026-04-01\nEEE\n")
    base.add(Kind.PANELS, other)
    assert panel_for(base.path, "epilepsy").genes == {"BBB"}
    assert panel_for(base.path, "epilepsy", date(2026, 2, 1)).genes == {"AAA"}
    assert panel_for(base.path, "eyes").genes == {"EEE"}
    with pytest.raises(KnowledgeError, match=r"for the group `ears`; .*`Epilepsy`"):
        panel_for(base.path, "ears")


def test_panel__is_called_by_approved_symbols() -> None:
    panel = Panel("p", "", frozenset({"OLD", "B"}), frozenset({"NEW", "C"}))
    called = panel.called({"OLD": "NEW", "B": "B", "C": "C", "NEW": "NEW"}.__getitem__)
    assert called.genes == {"NEW", "B"}
    assert called.left_out == {"C"}

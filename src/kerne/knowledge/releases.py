"""The knowledge base: the releases that were added to it, and those that come with the program."""

from datetime import date
from functools import cached_property
from pathlib import Path

from kerne.alleles.assembly import assembly_named
from kerne.errors import KnowledgeError, reason_of
from kerne.knowledge.hpo import packaged_hpo
from kerne.knowledge.intake import Wish, examine
from kerne.knowledge.loading.reception import Report
from kerne.knowledge.release import Kind, Release, check_present
from kerne.knowledge.shelf import Shelf, check_same

__all__ = ["Kind", "KnowledgeBase", "Release"]


class KnowledgeBase:
    """The releases of one directory, and the HPO release that comes with the program.

    Parameters
    ----------
    path
        The directory; made when the first release is added.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shelf = Shelf(path)

    @cached_property
    def _packaged(self) -> Release | None:
        """The release that comes with the program; its files are read once for the checksum."""
        return packaged_hpo()

    def add(
        self,
        kind: Kind,
        *files: Path,
        assembly: str | None = None,
        name: str | None = None,
        date: date | None = None,
        report: Report = lambda _: None,
    ) -> Release:
        """Keep files as a release, checksummed; the release is there whole or not at all.

        Adding the same again changes nothing. Of a release of the HPO one file is named, or their
        directory: the other two lie beside it. What is known of alleles is converted to a table,
        in normal form by the newest reference sequence of the assembly, and the files themselves
        are not kept.

        Parameters
        ----------
        files
            One; several of `dosage` and of what is converted, which make one release together.
        assembly
            Needed for coordinates.
        name
            After the file (for `hpo`, the version it states) if not given.
        date
            As the file states it, or of its last change, if not given.
        report
            Told how many more bytes were read, of files that are converted.

        Raises
        ------
        InputFileError, AssemblyError
            The files cannot be used.
        KnowledgeError
            The name is taken by other content or malformed, an assembly is needed, or the
            directory cannot be written to.
        """
        wish = Wish(kind, files, assembly, name, date)
        content = examine(wish, self._sequence_for(assembly), report)
        packaged = self._packaged
        if packaged is not None and (kind, content.name) == (packaged.kind, packaged.name):
            return check_same(packaged, content, content.checksum())
        try:
            return self._shelf.keep(content)
        except OSError as error:
            problem = f"cannot be kept in `{self.path}`: {reason_of(error)}"
            raise KnowledgeError(f"release `{kind}` `{content.name}` {problem}") from error

    def _sequence_for(self, assembly: str | None) -> Path | None:
        """Give the newest reference sequence of an assembly; `None` when there is none."""
        if assembly is None:
            return None
        release = self.newest(Kind.REFERENCE, assembly_named(assembly).name)
        return None if release is None else release.path

    def releases(self) -> tuple[Release, ...]:
        """List the releases by kind, date and name.

        Raises
        ------
        KnowledgeError
            The description of a release is damaged.
        """
        kept = {(release.kind, release.name): release for release in self._shelf.releases()}
        if self._packaged is not None:
            kept.setdefault((self._packaged.kind, self._packaged.name), self._packaged)
        return tuple(
            sorted(kept.values(), key=lambda r: (list(Kind).index(r.kind), r.date, r.name))
        )

    def newest(
        self, kind: Kind, assembly: str | None = None, as_of: date | None = None
    ) -> Release | None:
        """Give the newest release of a kind; `None` when there is none.

        Parameters
        ----------
        assembly
            Name of the assembly that coordinates must be of; any if not given.
        as_of
            No release of a later date is considered.

        Raises
        ------
        KnowledgeError
            Its files have gone.
        """
        fitting = [
            release
            for release in self.releases()
            if release.kind is kind
            and assembly in {None, release.assembly}
            and (as_of is None or release.date <= as_of)
        ]
        if not fitting:
            return None
        check_present(fitting[-1])
        return fitting[-1]

    def of_kind(self, kind: Kind, as_of: date | None = None) -> tuple[Release, ...]:
        """Give all releases of a kind, by date and name; see `newest`."""
        return tuple(
            release
            for release in self.releases()
            if release.kind is kind and (as_of is None or release.date <= as_of)
        )

    def get(self, kind: Kind, name: str) -> Release:
        """Find one release.

        Raises
        ------
        KnowledgeError
            There is none of that name, or its files have gone.
        """
        ours = {release.name: release for release in self.releases() if release.kind is kind}
        if name not in ours:
            names = ", ".join(f"`{known}`" for known in ours) or "none"
            raise KnowledgeError(f"no release `{name}` of kind `{kind}`, there are: {names}")
        check_present(ours[name])
        return ours[name]

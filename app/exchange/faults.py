"""What is wrong with a package, so that whoever made it can mend it in one go."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where it is, and what would be right.

    ``line`` is the line of the file on which the row begins, counted from 1; None where the row is
    stored here already and the package does not have it, or where there is no file to look into.
    """

    file: str
    line: int | None
    column: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        if self.column is not None:
            place = f"{place}: {self.column}"
        return f"{place}: {self.problem}; {self.remedy}"


# So many faults of a package are kept and told, the others only counted: more nobody mends in one go.
MOST_FAULTS = 2000


class PackageFaults(Exception):
    """The package cannot be loaded; ``faults`` has what is wrong with it, ``count`` says how much that is."""

    def __init__(self, faults: Sequence[Fault], more: int = 0) -> None:
        self.faults = list(faults)
        self.count = len(self.faults) + more
        super().__init__("\n".join(map(str, self.faults)))

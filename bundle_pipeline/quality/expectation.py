"""What one expectation is, and short ways to write the common ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

# Rows that can't be read are quarantined one by one; where that would be most of them, the column
# isn't what its header says.
MOSTLY = 0.5

Severity = Literal["critical", "warning"]
Kwargs = Mapping[str, object]


@dataclass(frozen=True)
class Expectation:
    """One fact about the rows of one kind of file.

    Attributes:
        name: The fact in snake case, unique within its suite; it becomes the name of a check.
        type: Class of Great Expectations that tests it.
        kwargs: Its arguments, with columns by canonical field or by ``derived`` column.
        severity: ``critical`` fails the delivery, ``warning`` is for a person to judge.
        is_structural: Whether the shop is held back while the fact doesn't hold.
        description: The fact as a sentence, for someone in the shop's team.
    """

    name: str
    type: str
    kwargs: Kwargs = field(hash=False)
    severity: Severity
    is_structural: bool
    description: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns it looks at; none for a fact about the table."""
        listed = cast("Sequence[str]", self.kwargs.get("column_list", ()))
        single = (self.kwargs.get(key) for key in ("column", "column_A", "column_B"))
        return (*(str(column) for column in single if column is not None), *listed)


def blocking(name: str, kind_of_test: str, kwargs: Kwargs, description: str) -> Expectation:
    """A structural expectation: without it the rows can't be understood."""
    return Expectation(name, kind_of_test, kwargs, "critical", True, description)  # noqa: FBT003 a field of data, in order


def warning(name: str, kind_of_test: str, kwargs: Kwargs, description: str) -> Expectation:
    """An expectation whose failure a person should look at; the shop goes on."""
    return Expectation(name, kind_of_test, kwargs, "warning", False, description)  # noqa: FBT003 a field of data, in order

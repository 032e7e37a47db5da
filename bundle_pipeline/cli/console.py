"""Where commands print: as wide as the terminal, or wide enough for a table without one."""

from rich.console import Console

# In a log or a pipe rich assumes 80 columns, which breaks titles over four lines.
_WIDTH_WITHOUT_TERMINAL = 120


def standard_output() -> Console:
    """Standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_WITHOUT_TERMINAL
    return console

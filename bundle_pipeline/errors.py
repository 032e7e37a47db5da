"""The error family: every refusal names its code, the place, what was found and what to do.

``BundlePipelineError`` is never raised itself; raise the narrowest child. A message never holds a
raw row: rows may carry personal data, and messages end up in logs.
"""

from functools import partial


class BundlePipelineError(Exception):
    """Base of every error this package raises on purpose.

    Args:
        code: Stable identifier, ``BP-<AREA>-<NAME>``; people search for it and alerts match it.
        place: Where: the file with line or column, or the frame, with the shop.
        found: What was there.
        expected: What should have been there.
        remedy: What the reader can do about it.
    """

    def __init__(self, code: str, *, place: str, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{code} {place}: found {found}; expected {expected}; {remedy}")
        self.code = code
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        # By default an exception is made again from its message alone, which fails in the process
        # that receives it.
        make = partial(
            type(self),
            place=self.place,
            found=self.found,
            expected=self.expected,
            remedy=self.remedy,
        )
        return make, (self.code,)


class SchemaError(BundlePipelineError):
    """A frame is not what its declaration in ``schemas`` says: a defect of this package."""


class InputDataError(BundlePipelineError):
    """What a shop delivered can't be used; the shop has to deliver it again."""


class ConfigError(BundlePipelineError):
    """A setting, an environment variable or an argument is wrong; the operator has to mend it."""


class TransientError(BundlePipelineError):
    """Something outside failed and may work the next time: the only error that is retried."""

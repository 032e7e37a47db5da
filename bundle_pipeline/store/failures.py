"""What an object store's failure means to us: try again, or mend the configuration.

The libraries below raise one class for most failures, so the HTTP status is taken from their
message. What they have given up on was retried before, see :mod:`bundle_pipeline.store.patience`.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from bundle_pipeline.errors import BundlePipelineError, ConfigError, TransientError

# Delta's library draws its chain of causes with colours and arrows.
_DRAWING = re.compile(r"\x1b\[\d*m|\u21b3")
_STATUS = re.compile(r"status code:?\s*(\d{3})")
_S3_CODE = re.compile(r"<Code>(\w+)</Code>")
_REDIRECTED = "Received redirect without LOCATION"
_NO_BUCKET = "NoSuchBucket"
# A bucket in another region answers with a redirection, a malformed address with 400.
_DENIED = frozenset({401, 403})
_MISCONFIGURED = frozenset({301, 307, 400, 404, 405})
_FOUND_CHARACTERS = 200


@contextmanager
def translated(action: str, place: str) -> Generator[None]:
    """Raise failures of the object store as errors of this package.

    Args:
        action: What is being done, as a verb: ``list``, ``read``.
        place: Address of what it is done to.

    Raises:
        FileNotFoundError: There is no such object.
        ConfigError: The store refuses: no permission, no such bucket, another region.
        TransientError: The store failed, didn't answer in time, or something changed meanwhile.
    """
    try:
        yield
    except FileNotFoundError as error:
        # Whether a missing object is a failure is for the caller to say; a bucket has to be there.
        if _NO_BUCKET not in str(error):
            raise
        raise store_error(error, action=action, place=place) from error
    except AlreadyExistsError:
        # So is this one.
        raise
    except (BaseError, OSError) as error:
        raise store_error(error, action=action, place=place) from error


def store_error(error: Exception, *, action: str, place: str) -> BundlePipelineError:
    """The error of this package that tells what a failure of the object store means."""
    text = _DRAWING.sub("", str(error).partition("\n\nDebug source:")[0])
    status = _status(error, text)
    found = _finding(text, status)
    if status in _DENIED:
        return ConfigError(
            "BP-STORE-DENIED",
            place=place,
            found=f"{found} to {action}",
            expected=f"credentials that may {action} there",
            remedy="grant it, or correct the credentials in the environment (AWS_ACCESS_KEY_ID...)",
        )
    if status in _MISCONFIGURED:
        return ConfigError(
            "BP-STORE-ADDRESS",
            place=place,
            found=f"{found} to {action}",
            expected="an existing bucket in the region of the environment",
            remedy="correct the URL, AWS_ENDPOINT_URL or AWS_REGION",
        )
    if isinstance(error, PreconditionError):
        return changed(place)
    return TransientError(
        "BP-STORE-FAILED",
        place=place,
        found=f"{found} to {action}",
        expected="an answer of the object store",
        remedy="nothing was changed; it is tried again with the next run or tick",
    )


def changed(place: str) -> TransientError:
    """An object isn't what it was when it was listed."""
    return TransientError(
        "BP-STORE-CHANGED",
        place=place,
        found="another content than when it was listed",
        expected="an object that stays as it is while it is read",
        remedy="wait until the upload has ended; the next run reads it anew",
    )


def cut_short(place: str, *, found: int, announced: int) -> TransientError:
    """Less of an object came than was announced."""
    return TransientError(
        "BP-STORE-CUT",
        place=place,
        found=f"{found} bytes",
        expected=f"the {announced} bytes that were announced",
        remedy="nothing of it was used; the next run reads it anew",
    )


def _status(error: Exception, text: str) -> int | None:
    if isinstance(error, PermissionDeniedError):
        return 403
    if isinstance(error, UnauthenticatedError):
        return 401
    if _REDIRECTED in text:
        return 301
    stated = _STATUS.search(text)
    return int(stated[1]) if stated else None


def _finding(text: str, status: int | None) -> str:
    code = _S3_CODE.search(text)
    if status is not None:
        return f"HTTP {status} {code[1] if code else ''}".strip()
    return " ".join(text.split())[-_FOUND_CHARACTERS:]

"""Personal data that is planted in deliveries, to be looked for in whatever is made of them."""

import json
import re
from collections.abc import Mapping
from typing import cast

from bundle_pipeline_tests.support.fuzz.delivery import Row

# Words that nothing else holds, in lower case; all planted text has one of them.
PLANTED = ("qzxanna", "qzxmann", "qzxgasse", "qzxstadt", "5550199431")

_PARTY = r"billing|shipping|customer"
_PERSONAL = (
    (re.compile(r"e-?mail", re.IGNORECASE), "qzxanna.qzxmann@example.org"),
    (re.compile(r"phone", re.IGNORECASE), "+49 5550199431"),
    (re.compile(rf"({_PARTY}).*(street|address)", re.IGNORECASE), "Qzxgasse 77"),
    (re.compile(rf"({_PARTY}).*city|city.*({_PARTY})", re.IGNORECASE), "Qzxstadt"),
    (re.compile(rf"({_PARTY}) ?name|name \(({_PARTY})", re.IGNORECASE), "Qzxanna Qzxmann"),
    (re.compile(rf"address.*({_PARTY})", re.IGNORECASE), "Qzxgasse 77"),
    (
        re.compile(r"^customer$|customer note|^notes$", re.IGNORECASE),
        "Call Qzxanna, +49 5550199431",
    ),
)
_QUANTITY = re.compile(r"quantity$|qty$", re.IGNORECASE)
_ADDED = ("Email", "Phone", "Billing Name", "Billing Address1", "Notes")


def is_personal(header: str) -> bool:
    """Whether a column of this header holds personal data."""
    return any(pattern.search(header) for pattern, _ in _PERSONAL)


def with_personal_data(rows: list[Row]) -> list[Row]:
    """The table with personal data in its columns for such; orders get such columns.

    Tables of products don't: what a column of stock is called is the name of a location.
    """
    header, *body = rows
    is_of_orders = any(_QUANTITY.search(name) for name in header)
    if is_of_orders and not any(is_personal(name) for name in header):
        header = [*header, *_ADDED]
        body = [[*row, *[""] * (len(header) - len(row))] for row in body]
    planted = {
        position: text
        for position, name in enumerate(header)
        for pattern, text in reversed(_PERSONAL)
        if pattern.search(name)
    }
    return [header, *([planted.get(at, cell) for at, cell in enumerate(row)] for row in body)]


def object_with_personal_data(line: bytes) -> bytes:
    """A line of JSON whose object has a customer; the same if it is none."""
    try:
        parsed = cast("Mapping[str, object]", json.loads(line))
    except ValueError:
        return line
    customer = {"firstName": "Qzxanna", "lastName": "Qzxmann", "phone": "+49 5550199431"}
    address = {"name": "Qzxanna Qzxmann", "address1": "Qzxgasse 77", "city": "Qzxstadt"}
    mail = {"email": "qzxanna.qzxmann@example.org"}
    return json.dumps(
        {**parsed, **mail, "customer": {**customer, **mail}, "shippingAddress": address}
    ).encode()


def planted_in(text: str) -> str | None:
    """The first planted word that a text holds."""
    lowered = text.lower()
    return next((word for word in PLANTED if word in lowered), None)

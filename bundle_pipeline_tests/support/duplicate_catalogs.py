"""Catalogs in which it is known which products are one product listed twice.

A product is what its attributes say: no two products of a catalog have the same ones. Some are
listed again, spelled in another way; beside some stands another product that differs in one thing
only. Titles are in English or German.
"""

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import dataframely as dy

from bundle_pipeline.schemas.catalog import Catalog
from bundle_pipeline_tests.support.products import Row, catalog_entry, catalog_frame

_ADJECTIVES = (
    "Classic", "Vintage", "Modern", "Premium", "Organic", "Rustic", "Slim", "Soft", "Heavy",
    "Double", "Relaxed", "Everyday", "Deluxe", "Nordic", "Royal", "Pure", "Wild", "Simple",
)  # fmt: skip
_MATERIALS = (
    "Cotton", "Linen", "Wool", "Leather", "Bamboo", "Ceramic", "Glass", "Steel", "Oak", "Velvet",
    "Canvas", "Copper", "Marble", "Silk", "Walnut",
)  # fmt: skip
_GOODS = (
    "Shirt", "Hoodie", "Jacket", "Sock", "Scarf", "Belt", "Apron", "Towel", "Cushion Cover",
    "Blanket", "Tote Bag", "Backpack", "Wallet", "Lamp Shade", "Candle Holder", "Photo Frame",
    "Serving Tray", "Cutting Board", "Storage Box", "Coat Hook", "Wall Clock", "Plant Pot", "Mug",
    "Dinner Plate", "Water Bottle", "Door Mat", "Shower Curtain", "Key Ring", "Bread Bin",
)  # fmt: skip
_COLOURS = (
    "Black", "White", "Red", "Blue", "Green", "Grey", "Pink", "Yellow", "Navy", "Beige", "Brown",
    "Purple", "Orange", "Teal",
)  # fmt: skip
_SIZES = ("S", "M", "L", "XL", "Small", "Medium", "Large")
_FLAVOURS = (
    "Vanilla", "Chocolate", "Strawberry", "Lemon", "Lavender", "Mint", "Caramel", "Peach", "Mango",
    "Cherry", "Coconut", "Ginger", "Honey", "Almond", "Cinnamon", "Rose", "Lime", "Apple",
)  # fmt: skip
_TREATS = (
    "Hand Cream", "Shower Gel", "Shampoo", "Body Lotion", "Syrup", "Green Tea", "Protein Shake",
    "Liqueur", "Room Spray", "Bath Foam", "Yogurt Drink", "Face Mist",
)  # fmt: skip
_GADGETS = (
    "Wireless Headphones", "Bluetooth Speaker", "Action Camera", "Fitness Tracker", "Power Bank",
    "Memory Card", "Gaming Mouse", "Mechanical Keyboard", "Desk Microphone", "Smart Watch",
)  # fmt: skip
_SERIES = (
    "Garden Stories", "Dragon Knights", "City Walks", "Ocean Tales", "Kitchen Basics",
    "Space Cadets", "Night Trains", "Mountain Huts", "River Songs", "Paper Planes",
)  # fmt: skip
_FORMATS = ("Hardcover", "Paperback", "Audiobook", "Notebook", "Calendar", "Poster")
_GERMAN_ADJECTIVES = ("Klassisch", "Rustikal", "Natürlich", "Handgemacht", "Leicht", "Robust")
_GERMAN_MATERIALS = (
    "Baumwolle",
    "Leinen",
    "Wolle",
    "Leder",
    "Holz",
    "Keramik",
    "Glas",
    "Edelstahl",
)
_GERMAN_GOODS = (
    "Kissenbezug", "Handtuch", "Schürze", "Tischdecke", "Geldbörse", "Rucksack", "Wanduhr",
    "Blumentopf", "Kerzenständer", "Schneidebrett", "Fußmatte", "Brotkasten",
)  # fmt: skip
_GERMAN_COLOURS = ("Schwarz", "Weiß", "Rot", "Blau", "Grün", "Grau", "Gelb", "Braun", "Türkis")
_AMOUNTS = (100, 150, 200, 250, 300, 330, 400, 500, 750, 1000, 1500, 2000)
_CAPACITIES = (16, 32, 64, 128, 256, 512)
_SYLLABLES = ("ba", "ri", "no", "ta", "ku", "vel", "mon", "dra", "fel", "shi", "lo", "zan", "per")

HARD_NEGATIVES = ("size", "colour", "volume", "flavour", "model", "capacity", "number", "vendor")


@dataclass(frozen=True)
class Thing:
    """A product: the words of its title in their order, each with what it says."""

    brand: str
    parts: tuple[tuple[str, str], ...]
    price_minor: int

    @property
    def identity(self) -> frozenset[str]:
        """What makes it this product and no other, whoever makes it."""
        return frozenset(text.lower() for _, text in self.parts)


@dataclass(frozen=True)
class PlantedCatalog:
    """A catalog, and which of its products are one."""

    catalog: dy.DataFrame[Catalog]
    duplicates: frozenset[tuple[str, str]]
    """Pairs of product ids, the smaller first."""
    spelled: dict[str, tuple[str, ...]]
    """How each listing of a product differs from the first one."""


def planted_catalog(product_count: int, *, seed: int) -> PlantedCatalog:
    """A catalog of about this many products.

    Of 100 listings about 8 list a product again, and 10 differ from another product in one thing.

    Args:
        product_count: Listings of the catalog.
        seed: Another seed, another catalog.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    brands = _brands(rng, max(12, product_count // 150))
    things: dict[frozenset[str], Thing] = {}
    listings: list[_Listing] = []
    while len(listings) < product_count:
        thing = _thing(rng, brands)
        if thing.identity in things:
            continue
        things[thing.identity] = thing
        group = len(things)
        listings.append(_first_listing(rng, thing, group))
        draw = rng.random()
        if draw < 0.09:
            copies = 2 if rng.random() < 0.1 else 1
            listings += [_listed_again(rng, listings[-1]) for _ in range(copies)]
        elif draw < 0.21:
            # Nobody can tell brands apart that aren't said.
            is_brand_said = listings[-1].is_branded or listings[-1].vendor is not None
            other = _nearly(rng, thing, brands if is_brand_said else ())
            if other is not None and (other.brand != thing.brand or other.identity not in things):
                things.setdefault(other.identity, other)
                listings.append(_beside(rng, listings[-1], other, -group))
    rng.shuffle(listings)
    return _catalog(listings)


@dataclass(frozen=True)
class _Listing:
    thing: Thing
    group: int
    title: str
    vendor: str | None
    sku: str
    price_minor: int
    is_branded: bool
    spelled: tuple[str, ...] = ()


def _catalog(listings: Sequence[_Listing]) -> PlantedCatalog:
    rows: list[Row] = []
    groups: dict[int, list[str]] = {}
    for number, listing in enumerate(listings):
        product_id = f"p{number:07}"
        groups.setdefault(listing.group, []).append(product_id)
        rows.append(
            catalog_entry(
                f"v{number:07}",
                product_id=product_id,
                product_title=listing.title,
                vendor=listing.vendor,
                sku=listing.sku,
                price_minor=listing.price_minor,
            )
        )
    pairs = {pair for ids in groups.values() for pair in combinations(sorted(ids), 2)}
    spelled = {
        row["product_id"]: listing.spelled for row, listing in zip(rows, listings, strict=True)
    }
    return PlantedCatalog(catalog_frame(*rows), frozenset(pairs), spelled)


def _brands(rng: random.Random, count: int) -> list[str]:
    brands: set[str] = set()
    while len(brands) < count:
        word = "".join(rng.sample(_SYLLABLES, 3)).capitalize()
        brands.add(
            word if rng.random() < 0.8 else f"{word} & {rng.choice(_SYLLABLES).capitalize()}n"
        )
    return sorted(brands)


def _thing(rng: random.Random, brands: Sequence[str]) -> Thing:
    make = rng.choice((_good, _good, _good, _treat, _treat, _gadget, _book, _german_good))
    price = max(99, round(rng.lognormvariate(7.6, 0.7) / 50) * 50 - 1)
    return Thing(rng.choice(brands), tuple(make(rng)), price)


Parts = list[tuple[str, str]]


def _good(rng: random.Random) -> Parts:
    parts = [("word", rng.choice(_ADJECTIVES)), ("word", rng.choice(_MATERIALS))]
    parts += [("word", rng.choice(_GOODS)), ("colour", rng.choice(_COLOURS))]
    if rng.random() < 0.5:
        parts.append(("size", rng.choice(_SIZES)))
    return parts


def _german_good(rng: random.Random) -> Parts:
    parts = [("word", rng.choice(_GERMAN_ADJECTIVES)), ("word", rng.choice(_GERMAN_MATERIALS))]
    parts += [("word", rng.choice(_GERMAN_GOODS)), ("colour", rng.choice(_GERMAN_COLOURS))]
    return [*parts, ("volume", f"{rng.choice(_AMOUNTS)} g")]


def _treat(rng: random.Random) -> Parts:
    parts = [("word", rng.choice(_ADJECTIVES)), ("flavour", rng.choice(_FLAVOURS))]
    return [*parts, ("word", rng.choice(_TREATS)), ("volume", f"{rng.choice(_AMOUNTS)} ml")]


def _gadget(rng: random.Random) -> Parts:
    model = f"{rng.choice('ABCDEGHKMPRSTX')}{rng.randint(1, 99) * 10}"
    parts = [("word", rng.choice(_GADGETS)), ("model", model), ("colour", rng.choice(_COLOURS))]
    if rng.random() < 0.5:
        parts.append(("capacity", f"{rng.choice(_CAPACITIES)} GB"))
    return parts


def _book(rng: random.Random) -> Parts:
    parts = [("word", rng.choice(_ADJECTIVES)), ("word", rng.choice(_SERIES))]
    return [*parts, ("word", rng.choice(_FORMATS)), ("number", f"Vol. {rng.randint(1, 40)}")]


def _first_listing(rng: random.Random, thing: Thing, group: int) -> _Listing:
    is_branded = rng.random() < 0.4
    return _Listing(
        thing,
        group,
        _title(thing, is_branded=is_branded),
        thing.brand if rng.random() < 0.9 else None,
        f"SKU{rng.randrange(10**9):09}",
        thing.price_minor,
        is_branded,
    )


def _title(thing: Thing, *, is_branded: bool) -> str:
    brand = [thing.brand] if is_branded else []
    return " ".join([*brand, *(text for _, text in thing.parts)])


def _listed_again(rng: random.Random, first: _Listing) -> _Listing:
    listing = replace(first, sku=f"SKU{rng.randrange(10**9):09}")
    for name in rng.sample(sorted(_SPELLINGS), rng.choice((1, 1, 2, 3))):
        listing = _SPELLINGS[name](rng, listing)
        listing = replace(listing, spelled=(*listing.spelled, name))
    if rng.random() < 0.1:
        listing = replace(listing, sku=first.sku)
    return listing


def _beside(rng: random.Random, first: _Listing, other: Thing, group: int) -> _Listing:
    """Another product, spelled as a duplicate might be."""
    vendor = first.vendor if other.brand == first.thing.brand else other.brand
    listing = replace(
        first,
        thing=other,
        group=group,
        title=_title(other, is_branded=first.is_branded),
        vendor=vendor,
        sku=f"SKU{rng.randrange(10**9):09}",
    )
    for name in rng.sample(("case", "punctuation", "price"), rng.choice((0, 0, 1))):
        listing = _SPELLINGS[name](rng, listing)
    return listing


def _nearly(rng: random.Random, thing: Thing, brands: Sequence[str]) -> Thing | None:
    """The product that differs in one thing, if its title says such a thing."""
    said = {name for name, _ in thing.parts} & set(HARD_NEGATIVES)
    if brands:
        said |= {"vendor"}
    if not said:
        return None
    name = rng.choice(sorted(said))
    if name == "vendor":
        price = round(thing.price_minor * rng.choice((0.75, 0.9, 1.1, 1.3)))
        return replace(
            thing, brand=rng.choice([b for b in brands if b != thing.brand]), price_minor=price
        )
    others = {
        "size": _SIZES,
        "colour": (*_COLOURS, *_GERMAN_COLOURS),
        "flavour": _FLAVOURS,
        "volume": [f"{amount} ml" for amount in _AMOUNTS],
        "capacity": [f"{capacity} GB" for capacity in _CAPACITIES],
        "number": [f"Vol. {n}" for n in range(1, 40)],
        "model": [f"{c}{n * 10}" for c in "ABCDEGHKMPRSTX" for n in range(1, 100)],
    }[name]
    text = dict(thing.parts)[name]
    other = rng.choice([choice for choice in others if choice != text])
    return replace(thing, parts=tuple((n, other if n == name else t) for n, t in thing.parts))


def _typo(rng: random.Random, listing: _Listing) -> _Listing:
    words = listing.title.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not long:
        return listing
    place = rng.choice(long)
    words[place] = _slip(rng, words[place])
    return replace(listing, title=" ".join(words))


def _slip(rng: random.Random, word: str) -> str:
    at = rng.randrange(len(word))
    letter = rng.choice(string.ascii_lowercase)
    return rng.choice(
        (
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        )
    )


def _order(rng: random.Random, listing: _Listing) -> _Listing:
    """What the title says in another order: its end first, or in any order."""
    parts = [text for _, text in listing.thing.parts]
    if rng.random() < 0.7:
        cut = rng.randrange(1, len(parts))
        parts = [*parts[cut:], *parts[:cut]]
    else:
        rng.shuffle(parts)
    brand = [listing.thing.brand] if listing.is_branded else []
    return replace(listing, title=" ".join([*brand, *parts]))


def _brand(rng: random.Random, listing: _Listing) -> _Listing:
    brand = listing.thing.brand
    if listing.is_branded and listing.title.startswith(brand + " "):
        return replace(listing, title=listing.title.removeprefix(brand + " "), is_branded=False)
    title = f"{brand} {listing.title}" if rng.random() < 0.7 else f"{listing.title} by {brand}"
    return replace(listing, title=title, is_branded=True)


def _vendor(rng: random.Random, listing: _Listing) -> _Listing:
    brand = listing.thing.brand
    return replace(
        listing, vendor=rng.choice((None, f"{brand} Inc.", brand.upper(), f"{brand} GmbH"))
    )


def _case(rng: random.Random, listing: _Listing) -> _Listing:
    spell: Callable[[str], str] = rng.choice((str.upper, str.lower, str.title))
    return replace(listing, title=spell(listing.title))


def _punctuation(rng: random.Random, listing: _Listing) -> _Listing:
    words = listing.title.split(" ")
    at = rng.randrange(1, len(words))
    mark = rng.choice((" - ", ", ", " / ", " | ", "-", ": ", "  "))
    return replace(listing, title=" ".join(words[:at]) + mark + " ".join(words[at:]))


def _unit(rng: random.Random, listing: _Listing) -> _Listing:
    title = listing.title
    for amount in sorted(_AMOUNTS, reverse=True):
        for unit, large in (("ml", "l"), ("g", "kg")):
            spelled = f"{amount} {unit}"
            if spelled in title:
                thousandth = f"{amount / 1000:g}"
                choices = (
                    f"{amount}{unit}", f"{amount}{unit.upper()}", f"{thousandth} {large}",
                    f"{thousandth}{large}", f"{thousandth.replace('.', ',')} {large}",
                )  # fmt: skip
                return replace(listing, title=title.replace(spelled, rng.choice(choices)))
    return replace(
        listing, title=title.replace(" GB", "GB").replace("Vol. ", rng.choice(("Vol ", "vol.")))
    )


def _price(rng: random.Random, listing: _Listing) -> _Listing:
    return replace(listing, price_minor=round(listing.price_minor * rng.uniform(0.9, 1.1)))


def _entities(rng: random.Random, listing: _Listing) -> _Listing:
    spelled = listing.title.replace("&", "&amp;").replace("ü", "&uuml;").replace("ß", "&szlig;")
    return replace(
        listing, title=rng.choice((spelled, spelled + "&trade;", spelled.replace(" ", "&nbsp;", 1)))
    )


def _plural(rng: random.Random, listing: _Listing) -> _Listing:
    words = listing.title.split(" ")
    nouns = [
        i
        for i, word in enumerate(words)
        if word.isalpha() and word[-1] not in "sS" and len(word) > 3
    ]
    if not nouns:
        return listing
    at = rng.choice(nouns)
    words[at] += "es" if words[at][-2:] in {"ch", "sh"} else "s"
    return replace(listing, title=" ".join(words))


_SPELLINGS: dict[str, Callable[[random.Random, _Listing], _Listing]] = {
    "typo": _typo,
    "order": _order,
    "brand": _brand,
    "vendor": _vendor,
    "case": _case,
    "punctuation": _punctuation,
    "unit": _unit,
    "price": _price,
    "entities": _entities,
    "plural": _plural,
}

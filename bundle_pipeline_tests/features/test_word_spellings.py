import polars as pl

from bundle_pipeline.features.product_words import title_words
from bundle_pipeline.features.word_spellings import without_slips
from bundle_pipeline_tests.support.frames import shuffled


def meant(*titles: str) -> list[str]:
    words = without_slips(title_words(pl.Series(titles))).sort("row", "place")
    texts = words.group_by("row", maintain_order=True).agg(pl.col("word").str.join(" "))
    return texts.get_column("word").to_list()


def test_each_kind_of_slip_is_put_right() -> None:
    common = ["lavender candle"] * 3
    slips = ("lavendr candle", "lavendder candle", "lavander candle", "lavedner candle")
    assert meant(*common, *slips) == ["lavender candle"] * 7


def test_words_that_are_both_common_are_two_words() -> None:
    titles = ["metal ring"] * 3 + ["medal ring"] * 3
    assert meant(*titles) == titles


def test_short_words_numbers_and_other_scripts_stay() -> None:
    titles = [
        "mug s",
        "mug m",
        "cap 1234",
        "cap 1235",
        "黑色长袖衬衫",
        "白色长袖衬衫",
        "bun",
        "fun",
    ]
    assert meant(*titles) == ["mug s", "mug m", "cap #1234", "cap #1235", *titles[4:]]


def test_another_first_letter_is_another_word_unless_it_stands_alone_beside_a_common_one() -> None:
    assert meant("peach towel", "beach towel") == ["peach towel", "beach towel"]
    assert meant(*["velvet towel"] * 20, "nelvet towel")[-1] == "velvet towel"


def test_many_words_in_one_place_of_a_name_are_a_line_and_no_slips() -> None:
    names = ("maria", "marie", "laura", "laure", "julia", "frank")
    titles = [f"name mug {name}" for name in names]
    assert meant(*titles) == titles
    assert meant("name mug maria", "name mug marie") == ["name mug maria"] * 2


def test_two_slips_lead_nowhere() -> None:
    # patter is taken for patte, so pattern can't be taken for patter.
    assert meant("pattern", "patter", "patte") == ["pattern", "patte", "patte"]


def test_the_order_of_rows_does_not_matter() -> None:
    words = title_words(pl.Series(["lavender", "lavendr", "lavander", "lavender", "levander"]))
    once = without_slips(words).sort("row", "place")
    again = without_slips(shuffled(words, 7)).sort("row", "place")
    assert once.equals(again)


def test_no_words_have_no_slips() -> None:
    assert without_slips(title_words(pl.Series([], dtype=pl.String))).is_empty()

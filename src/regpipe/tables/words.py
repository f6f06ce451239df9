"""The words that stand for a gap, and for true and false, as people and programs write them."""

# Among numbers these are no values (in small letters). Among texts they are words like others, and
# a category or a class: what they stand for there is for the user to say.
GAP_WORDS = frozenset(
    {"na", "n/a", "#n/a", "#n/a n/a", "#na", "<na>", "nan", "-nan", "null", "none", "n.a."}
    | {"#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!"}  # errors of a spreadsheet
    | {"1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "nat", "\\n"}  # \N, as databases write it
    | {"unknown", "missing", "not available", "undefined", "nil"}
)
SIGNS = frozenset({"?", "-", "--", ".", "..", "...", "*"})  # for a gap, as people write them
TRUTHS = {"true": True, "false": False}

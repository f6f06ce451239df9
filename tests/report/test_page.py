"""Does the page say everything, and run nothing that a user wrote?"""

import base64
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from regpipe.report.page import render
from regpipe.report.shrink import WIDEST, reduce_colours, shrink
from regpipe.report.study import Study
from regpipe.report.views import intervals
from regpipe.report.views.families import families, told
from regpipe.report.views.headline import headline
from tests.report.conftest import HOSTILE, ORIGIN, TECHNIQUES, picture


class Reader(HTMLParser):
    """Collects the tags with their attributes, and the text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("script", "style"):
            self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return read(page)


@pytest.fixture(scope="module")
def of_dropout(files: dict[str, bytes]) -> str:
    return files["dropout.html"].decode()


@pytest.fixture(scope="module", params=["study", "technique"])
def any_page(request: pytest.FixtureRequest, page: str, of_dropout: str) -> str:
    return page if request.param == "study" else of_dropout


def test_there_is_one_script_and_the_policy_names_it(any_page: str) -> None:
    reader = read(any_page)
    scripts = [a for tag, a in reader.tags if tag == "script"]
    assert [a for a in scripts if a.get("type") != "application/json"] == [{}]
    (script,) = re.findall(r"<script>(.*?)</script>", any_page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(a["content"] for t, a in reader.tags if a.get("http-equiv"))
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy


def test_what_a_user_wrote_is_text(reader: Reader, of_dropout: str) -> None:
    own = read(of_dropout)
    for tag, attributes in (*reader.tags, *own.tags):
        assert not any(name.startswith("on") for name in attributes), tag
    text = "".join(reader.text)
    for words in (f"dropout {HOSTILE}", f"system{HOSTILE}", f"Two moons {HOSTILE}"):
        assert words in text
    # In: command, leaderboard, source, note, point of a grid, title, best of all.
    assert text.count(HOSTILE) > 3 * len(TECHNIQUES)
    text = "".join(own.text)
    for words in (
        f"kedro run {HOSTILE}",
        f"Which? {HOSTILE}",
        f"# {HOSTILE}",
        f"dropout: {HOSTILE}",
    ):
        assert words in text


def test_nothing_is_fetched(any_page: str) -> None:
    for tag, attributes in read(any_page).tags:
        for name in ("src", "srcset", "data", "action", "poster"):
            address = attributes.get(name)
            assert address is None or address.startswith("data:"), (tag, address)
        assert tag != "link" or attributes["href"] == "data:,"
        assert tag not in ("iframe", "object", "embed", "base")


def test_styles_fetch_nothing(page: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert "url(" not in style and "@import" not in style


def test_every_technique_has_a_row_a_page_and_a_link(
    reader: Reader, files: dict[str, bytes]
) -> None:
    ids = [a["id"] for _, a in reader.tags if "id" in a]
    links = {a.get("href") for tag, a in reader.tags if tag == "a"}
    assert len(ids) == len(set(ids))
    assert {f"report-pages/{name}.html" for name in TECHNIQUES} <= links
    for link in filter(None, links):
        there = ids if link[0] == "#" else [f"report-pages/{name}" for name in files]
        assert link.lstrip("#") in there or link.startswith("https://doi.org/")


def test_beside_a_page_of_a_technique_lie_its_fits_and_its_card(
    study: Study, files: dict[str, bytes], of_dropout: str
) -> None:
    assert set(files) == {f"{n}.{kind}" for n in TECHNIQUES for kind in ("html", "csv", "png")}
    runs = pd.read_csv(io.BytesIO(files["dropout.csv"]))
    pd.testing.assert_frame_equal(runs, study.stories["dropout"].runs)
    assert files["dropout.png"] == study.stories["dropout"].pictures["card"]
    links = {a.get("href") for tag, a in read(of_dropout).tags if tag == "a"}
    assert {"../report.html", "dropout.csv", "dropout.png"} <= links


def test_every_picture_has_words(reader: Reader, of_dropout: str) -> None:
    images = [attributes for tag, attributes in reader.tags if tag == "img"]
    assert len(images) == 3 + 2  # of all, of each problem
    of_technique = [attributes for tag, attributes in read(of_dropout).tags if tag == "img"]
    assert len(of_technique) == 4
    assert all(len(image["alt"] or "") > 20 for image in (*images, *of_technique))
    texts = " ".join(image["alt"] or "" for image in of_technique)
    assert "Mean difference of accuracy on fresh draws +2.1 points, interval +1.1 to +3.1" in texts


def test_a_page_says_where_it_comes_from(any_page: str) -> None:
    text = " ".join("".join(read(any_page).text).split())
    assert "2026-11-27 09:30 UTC, by kedro run" in text and "regpipe 1, commit abc" in text


def test_addresses_of_sources_are_links(study: Study) -> None:
    at = "https://example.org/a_(b)?c=1&d"
    page = render(replace(study, claims=study.claims.assign(source=f"Somebody, {at}; <b>")), ORIGIN)
    assert 'Somebody, <a href="https://example.org/a_">' in page and "; &lt;b&gt;</li>" in page


def test_what_is_missing_is_a_dash(reader: Reader) -> None:
    words = re.findall(r"\w+", " ".join(reader.text))
    assert not {"nan", "NaN", "None", "NA", "inf"} & set(words)
    attributes = {value for _, a in reader.tags for value in a.values()}
    assert not {"nan", "NaN", "None"} & attributes
    assert "no mean, as a score is no number" in "".join(reader.text)


def test_the_answer_comes_first(reader: Reader) -> None:
    text = " ".join("".join(reader.text).split())
    gains = (
        "Of 3 published gains, 1 holds on fresh draws (smaller than published), 1 does not, and 1 "
        "is undecided. Of 1 published loss, 1 holds on fresh draws (smaller than published)."
    )
    verdicts = (
        "Of 5 techniques, each repeated 30 times, 2 help, 2 are undecided, and 1 hurts; jointly, "
        "corrected for how many are tried on each problem, 2 help and 0 hurt."
    )
    numbers = (
        "On the published draws themselves, 6 of 7 published numbers are not contradicted by 30 "
        "seeds; 1 of those the baseline's seeds don't contradict, either (1 perfect score of rows "
        "trained on aside). 1 more is about rows that others stand in for: can't tell."
    )
    told = (
        "By name, of those that help jointly, most is gained by",
        gains,
        "What became of the techniques",
        verdicts,
        numbers,
    )
    places = [text.index(words) for words in told]
    assert places == sorted(places) and text.index("Leaderboard", places[-1])


def test_techniques_that_only_lead_to_a_guess_are_named(study: Study) -> None:
    none, helping = (
        headline(board, study.claims).more[0]
        for board in (study.leaderboard, study.leaderboard.assign(over_guess=0.001))
    )
    assert "guess" not in none
    assert re.fullmatch(
        r"dropout .* \(moons\) and sparse .* \(codes\), which help, leave networks hardly better "
        r"than a constant guess that ignores all inputs, if at all\.",
        helping,
    )


def test_families_are_told_by_how_many_of_each_help(study: Study) -> None:
    fates = {"a": "helps helps hurts", "b": "helps hurts hurts", "c": "hurts hurts undecided hurts"}
    rows = [(family, verdict) for family, those in fates.items() for verdict in those.split()]
    table = study.leaderboard.iloc[[0] * len(rows)]
    table = table.assign(family=[f for f, _ in rows], verdict=[v for _, v in rows])
    found = families(table)
    assert [(f.name, *f.counts.values()) for f in found] == [
        ("a", 2, 0, 0, 1), ("b", 1, 0, 0, 2), ("c", 0, 0, 1, 3)
    ]  # fmt: skip
    assert told(found) == (
        "The families that help most often are a (2 of 3) and b (1 of 3); c (3 of 4) and b (2 of "
        "3) mostly hurt."
    )
    assert found[0].where == "moons (2)" and found[0].best and found[2].best is None
    assert told(found[:1]) == "The only family that helps is a (2 of 3)."
    small = families(table.iloc[:4].assign(family=["a", "a", "a", "d"]))
    assert told(small) == "The family that helps most often is a (2 of 3)."
    assert told(families(table.iloc[[2, 2, 2, 0]].assign(family=["a", "a", "a", "d"]))) == (
        "The only family that helps is d (1 of 1); a (3 of 3) mostly hurts."
    )
    assert told(found[2:]) == "No technique helps for sure; c (3 of 4) mostly hurts."


def test_a_failing_claim_says_so(page: str) -> None:
    (table,) = re.findall(r'<table class="claims">.*?</table>', page, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    (missed,) = [row for row in rows if "0.990" in row]
    assert (
        'class="fails"' in missed
        and "not reproduced" in missed
        and 'href="report-pages/dropout.html"' in missed
    )
    (fails,) = [row for row in rows if "diverging" in row]
    assert 'class="fails"' in fails and "does not hold" in fails
    (loss,) = [row for row in rows if "0.814" in row]
    assert "published as a loss" in loss and loss.count("−10.0") == 1
    (kept,) = [row for row in rows if "219" in row]
    assert 'class="fails"' not in kept


def test_rows_that_stand_in_judge_nothing(page: str) -> None:
    (table,) = re.findall(r'<table class="claims">.*?</table>', page, re.DOTALL)
    group = table[table.index("rows that others stand in for") :]
    row = group[group.index("<tr") : group.index("</tbody>")]
    assert "0.777" in row and row.count("stand-in: can&#39;t tell") == 2
    assert "loss −0.24 [−0.3, −0.18]" in row and 'href="#reason--1"' in row
    assert "fails" not in row and "holds" not in row


def test_the_baseline_may_range_over_a_number_too(page: str) -> None:
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    (same,) = [row for row in rows if "nor by the baseline" in row]
    assert "0.943" in same


def test_a_run_that_is_not_as_published_says_so_first(study: Study) -> None:
    away = study.claims.assign(reproduction="not comparable", holds="", claim="")
    away["why"] = ["200 epochs instead of 4000"] * (len(away) - 1) + ["hidden.units 5 instead of 9"]
    reader = read(render(replace(study, claims=away), ORIGIN))
    text = " ".join("".join(reader.text).split())
    sentence = (
        "Not comparable with what was published, and so not judged: 200 epochs instead of 4000 "
        "(moons); hidden.units 5 instead of 9 (sparse)."
    )
    assert text.index(sentence) < text.index("Of 5 techniques")
    assert "published gains," not in text and "are not contradicted" not in text


def test_what_happens_inside_is_told_claim_by_claim(page: str, reader: Reader) -> None:
    (section,) = re.findall(r'<section id="section--inside".*?</section>', page, re.DOTALL)
    holds, fails, little, _, near, untold = re.findall(r"<tr.*?</tr>", section, re.DOTALL)[1:]
    for cell in (
        "3.56",
        "13.25",
        "−9.70",
        "[−10.36, −9.03] norm",
        'href="report-pages/weight_l2.html"',
        "moons",
    ):
        assert cell in holds
    assert "norm of the weights of hidden: smaller" in holds and "is-holds" in holds
    assert 'class="fails"' in fails and "norm of all weights: smaller" in fails
    assert 'href="#inside--source--2"' in fails and 'class="fails"' not in holds
    assert "is-holds-too-little-to-matter" in little
    assert "epoch of the best validation loss: 800, give or take 200" in near
    assert "as claimed" in near and "[−302, 40] epochs" in near
    assert "+5.0" in untold and "no interval" in untold and "#inside--reason--1" in untold
    sentence = (
        "Of 6 claims about what happens inside of networks, 2 hold (1 by too little to matter), "
        "2 do not, 1 is undecided, and 1 can't be told here."
    )
    assert sentence in " ".join("".join(reader.text).split())


def test_where_less_is_better_the_drawing_is_right_of_the_line(study: Study) -> None:
    rows = study.leaderboard.set_index("technique", drop=False)
    sparse = intervals.draw(rows.loc["sparse"].to_dict(), 0.002, 0.0001)
    hurting = intervals.draw(rows.loc["early_stopping"].to_dict(), 0.04, 0.01)
    assert sparse and hurting and sparse.mean and hurting.mean
    assert intervals.WIDTH / 2 < sparse.low < sparse.mean < sparse.high
    assert hurting.high < intervals.WIDTH / 2 and hurting.beyond == ""
    assert hurting.band == pytest.approx((intervals.WIDTH / 2 - intervals.EDGE) / 4)


def test_an_interval_far_beyond_the_others_ends_in_an_arrow() -> None:
    rows = pd.DataFrame({"ci_low": [-0.01] * 19 + [-0.5], "ci_high": [0.01] * 19 + [-0.3]})
    rows["metric"] = "accuracy"
    reach = intervals.scale(rows)
    assert reach == pytest.approx(0.03)
    row = {"metric": "accuracy", "ci_low": -0.5, "difference": -0.4, "ci_high": -0.3}
    made = intervals.draw(row, reach, 0.01)
    assert made and made.beyond == "left" and made.mean is None


def test_nothing_is_drawn_beyond_what_two_scores_can_differ_by() -> None:
    row = {"metric": "accuracy", "ci_low": -1.5, "difference": 0.0, "ci_high": 1.5}
    reach = intervals.scale(pd.DataFrame([row]))
    made = intervals.draw(row, reach, 0.01)
    assert reach == 1.0
    assert made and (made.low, made.high) == (intervals.EDGE, intervals.WIDTH - intervals.EDGE)
    assert made.beyond == ""


def test_a_study_without_claims_and_variance_has_a_page(study: Study) -> None:
    nothing = {"variance": pd.DataFrame(), "mechanisms": study.mechanisms.iloc[:0], "pictures": {}}
    bare = replace(study, claims=study.claims.iloc[:0], **nothing)
    reader = read(render(bare, ORIGIN))
    ids = {a["id"] for _, a in reader.tags if "id" in a}
    assert "section--leaderboard" in ids
    assert not {"section--claims", "section--inside", "section--noise"} & ids
    inside = (a["href"] for t, a in reader.tags if t == "a" and (a["href"] or "").startswith("#"))
    assert all(link[1:] in ids for link in inside if link)


def test_the_best_are_told_with_intervals_that_hold_for_all(study: Study) -> None:
    def said(leaderboard: pd.DataFrame) -> str:
        return headline(leaderboard, study.claims).sentences[1].replace(f" {HOSTILE}", "")

    best = (
        "dropout (moons, +2.1 [0.6, 3.6] points of accuracy) and sparse (codes, -1.10 [-1.55, "
        "-0.65] thousandths of squared error)"
    )
    assert said(study.leaderboard) == (
        f"By name, of those that help jointly, most is gained by {best}. These intervals allow for "
        "how many were tried."
    )
    moons = study.leaderboard[study.leaderboard["problem"] == "moons"]
    assert said(moons).startswith(
        "By name, of those that help jointly, most is gained by dropout (+2.1 [0.6, 3.6] points of "
    )
    crossing = said(moons.assign(joint_low=-0.001))
    assert "One may include 0 though it helps" in crossing
    assert "though it helps" not in said(moons)
    assert said(moons.assign(verdict="undecided", verdict_joint="undecided")).startswith("Of 3 pub")


def test_few_repeats_come_with_a_notice(study: Study) -> None:
    few = headline(study.leaderboard.assign(repeats=3), study.claims)
    assert few.notices == ["Only 3 repeats: too few to rely on."]
    assert headline(study.leaderboard, study.claims).notices == []


def test_a_picture_becomes_small_and_keeps_its_size_and_areas() -> None:
    colours = np.array([[255, 255, 255], [0, 114, 178], [213, 94, 0], [250, 232, 218]], np.uint8)
    pixels = colours[np.arange(400)[:, None] // 100 * np.ones(600, int)]
    noise = np.random.default_rng(0).integers(0, 256, (5, 600, 3), np.uint8)
    pixels = np.vstack([pixels, noise])
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    made = shrink(file.getvalue())
    assert (made.width, made.height) == (600, 405)
    packed = base64.b64decode(made.uri.removeprefix("data:image/webp;base64,"))
    with Image.open(io.BytesIO(packed)) as image:
        found = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(found[:400], pixels[:400])
    assert len(np.unique(found.reshape(-1, 3), axis=0)) <= 24 < len(noise[0])


def test_colours_are_taken_until_the_error_is_small() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    few = reduce_colours(ramp, fewest=2, most=200, error=4.0)
    many = reduce_colours(ramp, fewest=2, most=200, error=1.0)
    for made, error in ((few, 4.0), (many, 1.0)):
        assert np.sqrt(np.mean((made.astype(float) - ramp) ** 2)) <= error
    assert len(np.unique(few)) < len(np.unique(many))
    assert len(np.unique(reduce_colours(ramp, fewest=2, most=5, error=0.0))) == 5


def test_a_wide_or_transparent_picture_fits_the_page() -> None:
    assert shrink(picture(WIDEST + 200, 100)).width == WIDEST
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    made = shrink(file.getvalue())
    packed = base64.b64decode(made.uri.partition(",")[2])
    with Image.open(io.BytesIO(packed)) as image:
        assert image.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_a_hundred_techniques_are_a_small_page(study: Study) -> None:
    (one,) = [story for name, story in study.stories.items() if name == "dropout"]
    names = [f"technique_{n}" for n in range(100)]
    stories = {
        n: replace(one, answer=one.answer.model_copy(update={"technique": n})) for n in names
    }
    row = study.leaderboard.iloc[[0] * 100].assign(technique=names)
    made = read(page := render(replace(study, stories=stories, leaderboard=row), ORIGIN))
    assert len(page.encode()) < 500_000
    assert len(made.tags) < 3_000  # leaves 2,000 for claims

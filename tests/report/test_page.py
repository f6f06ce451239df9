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
from regpipe.report.views.headline import headline
from regpipe.report.views.technique import MOST_RUNS
from tests.report.conftest import HOSTILE, TECHNIQUES, picture


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


def test_there_is_one_script_and_the_policy_names_it(page: str, reader: Reader) -> None:
    assert [tag for tag, _ in reader.tags].count("script") == 1
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(a["content"] for t, a in reader.tags if a.get("http-equiv"))
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy


def test_what_a_user_wrote_is_text(reader: Reader) -> None:
    for tag, attributes in reader.tags:
        assert not any(name.startswith("on") for name in attributes), tag
    text = "".join(reader.text)
    title, machine, family, problem = (
        f"dropout {HOSTILE}", f"system{HOSTILE}", f"dropout's {HOSTILE}", f"Two moons {HOSTILE}",
    )  # fmt: skip
    for words in (title, machine, family, problem, f"# {HOSTILE}", f"dropout: {HOSTILE}"):
        assert words in text
    # In: leaderboard, explanation, outcome, source, note, point of a grid, title, best of all.
    assert text.count(HOSTILE) > 8 * len(TECHNIQUES) // 2


def test_nothing_is_fetched(reader: Reader) -> None:
    for tag, attributes in reader.tags:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            address = attributes.get(name)
            assert address is None or address.startswith(("data:", "#")), (tag, address)
    assert not {"iframe", "object", "embed", "base"} & {tag for tag, _ in reader.tags}


def test_styles_fetch_nothing(page: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert "url(" not in style and "@import" not in style


def test_every_technique_has_a_row_a_section_and_a_link(reader: Reader) -> None:
    ids = [a["id"] for _, a in reader.tags if "id" in a]
    links = {a.get("href") for tag, a in reader.tags if tag == "a"}
    assert len(ids) == len(set(ids))
    for name in TECHNIQUES:
        assert name in ids and f"#{name}" in links
    for link in links:
        assert link and link[1:] in ids, link


def test_every_picture_has_words(reader: Reader) -> None:
    images = [attributes for tag, attributes in reader.tags if tag == "img"]
    assert len(images) == 3 + 2 + 4 * len(TECHNIQUES)  # of all, of each problem, of each
    assert all(len(image["alt"] or "") > 20 for image in images)
    texts = " ".join(image["alt"] or "" for image in images)
    assert "Mean difference of accuracy on fresh draws +2.1 points, interval +1.1 to +3.1" in texts


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
        "Of 5 techniques, 2 help, 2 are undecided, and 1 hurts; jointly, corrected for how many "
        "are tried on each problem, 2 help and 0 hurt."
    )
    numbers = (
        "On the published draws themselves, 6 of 7 published numbers are not contradicted by 30 "
        "seeds; 1 of those the baseline's seeds don't contradict, either (1 perfect score of rows "
        "trained on aside). 1 more is about rows that others stand in for: can't tell."
    )
    places = [text.index(words) for words in (gains, numbers, verdicts, "Leaderboard")]
    assert text.index("Leaderboard", places[2]) > places[2] > places[1] > places[0]


def test_a_failing_claim_says_so(page: str) -> None:
    (table,) = re.findall(r'<table class="claims">.*?</table>', page, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    (missed,) = [row for row in rows if "0.990" in row]
    assert 'class="fails"' in missed and "not reproduced" in missed and 'href="#dropout"' in missed
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
    assert "0.777" in row and row.count("stand-in: can&#39;t tell") == 3  # a narrow one, too
    assert "loss −0.24 [−0.3, −0.18]" in row and 'href="#reason--1"' in row
    assert "fails" not in row and "holds" not in row


def test_the_baseline_may_range_over_a_number_too(page: str) -> None:
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    (same,) = [row for row in rows if "nor by the baseline" in row]
    assert "0.943" in same


def test_a_run_that_is_not_as_published_says_so_first(study: Study) -> None:
    away = study.claims.assign(reproduction="not comparable", holds="", claim="")
    away["why"] = ["200 epochs instead of 4000"] * (len(away) - 1) + ["hidden.units 5 instead of 9"]
    reader = read(render(replace(study, claims=away)))
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
    for cell in ("3.56", "13.25", "−9.70", "[−10.36, −9.03] norm", 'href="#weight_l2"', "moons"):
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
    reader = read(render(bare))
    ids = {a["id"] for _, a in reader.tags if "id" in a}
    assert "section--leaderboard" in ids
    assert not {"section--claims", "section--inside", "section--noise"} & ids
    assert all(a["href"][1:] in ids for t, a in reader.tags if t == "a" and a["href"])


def test_the_best_are_told_with_intervals_that_hold_for_all(study: Study, reader: Reader) -> None:
    text = " ".join("".join(reader.text).split())
    best = text[text.index("The best of those that help") :]
    assert "dropout on moons +2.1 [0.6, 3.6] points" in best[:900]
    assert "sparse on codes −1.10 [−1.55, −0.65] thousandths" in best[:900]


def test_the_best_of_a_problem_is_told_with_its_size(study: Study) -> None:
    def said(leaderboard: pd.DataFrame) -> str:
        return " ".join(headline(leaderboard, study.claims).sentences)

    moons = study.leaderboard[study.leaderboard["problem"] == "moons"]
    size = (
        "The best is dropout, +2.1 [0.6, 3.6] points; the interval allows for its being the best of"
    )
    assert f"0 hurt. {size} 4." in said(moons)
    none = moons.assign(verdict="undecided", verdict_joint="undecided")
    assert "The best is" not in said(study.leaderboard) + said(none)


def test_few_repeats_come_with_a_caveat(study: Study) -> None:
    few = headline(study.leaderboard.assign(repeats=3), study.claims)
    assert few.sentences[-1] == "Only 3 repeats: too few to rely on."
    assert "Only" not in " ".join(headline(study.leaderboard, study.claims).sentences)


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


def test_the_page_is_small(page: str) -> None:
    assert len(page.encode()) < 120_000  # 10 MB for 74 techniques leave 135,000 for each


def test_of_many_runs_the_first_are_shown_and_the_others_counted(study: Study) -> None:
    story = study.stories["dropout"]
    fits = [story.runs.assign(fit_seed=80_000 + n) for n in range(MOST_RUNS + 5)]
    stories = {**study.stories, "dropout": replace(story, runs=pd.concat(fits))}
    page = render(replace(study, stories=stories))
    assert "; 10 more are in <code>runs.csv</code>" in page  # 5 of each protocol
    assert page.count(str(80_000 + MOST_RUNS - 1)) == 2 and str(80_000 + MOST_RUNS) not in page

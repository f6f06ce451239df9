"""Does the page work in a browser, from a file, with a keyboard, on a phone, for everybody?"""

import itertools
import math
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from regpipe.report.page import render_answer
from regpipe.statistics.difference import mean_difference
from regpipe.statistics.intervals import FEWEST
from regpipe.statistics.verdicts import decide
from tests.report import test_answer, test_cocktail
from tests.report.conftest import TECHNIQUES

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
pytestmark = [
    pytest.mark.skipif(
        not CHROMIUM,
        reason="no chromium, chromium-browser or google-chrome is installed to open the page in",
    ),
    pytest.mark.xdist_group("browser"),
]
Open = Callable[..., Page]
PAGES = ("report.html", "report-pages/dropout.html", "answer.html", "cocktail.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(page: str, files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("page")
    (folder / "report.html").write_text(page, encoding="utf-8")
    others = {"answer": render_answer(test_answer.story(test_answer.answer()))}
    others["cocktail"] = test_cocktail.rendered(test_cocktail.answer())
    for name, text in others.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    (folder / "report-pages").mkdir()
    for name, content in files.items():
        (folder / "report-pages" / name).write_bytes(content)
    return folder.as_uri()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the page; afterwards nothing may have been fetched, said on the console, or run."""
    contexts, messages = [], []

    def open_page(
        file: str = "report.html", width: int = 1280, scripts: bool = True, dark: bool = False
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: messages.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: messages.append(f"error: {error}"))
        page.on("dialog", lambda dialog: messages.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: messages.append(f"request: {request.url[:80]}"))
        page.goto(f"{address}/{file}")
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            if page.evaluate("'ran' in window"):
                messages.append("a user's script ran")
        context.close()
    expected = (f"request: {address}"[:80], "request: data:")
    assert [line for line in messages if not line.startswith(expected)] == []


def order(page: Page) -> list[str]:
    rows = page.locator("#leaderboard--table tbody tr:visible th code")
    return rows.all_inner_texts()


def head(page: Page, name: str) -> tuple[str | None, list[str]]:
    """Return how the column says that it is sorted, and the order of the rows."""
    column = page.locator(f"#leaderboard--table th[data-column={name}]")
    return column.get_attribute("aria-sort"), order(page)


BY_NAME = sorted(TECHNIQUES)


def test_a_click_sorts_and_another_turns_it_round(opened: Open) -> None:
    page = opened()
    button = page.get_by_role("button", name="Technique")
    before = order(page)
    button.click()
    assert head(page, "technique") == ("ascending", BY_NAME)
    assert page.locator("[aria-sort]").count() == 1
    button.click()
    assert head(page, "technique") == ("descending", BY_NAME[::-1])
    page.get_by_role("button", name="Rank").click()
    assert head(page, "rank") == ("ascending", before)


def test_numbers_sort_by_size_and_what_is_missing_comes_last(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="Technique").click()
    assert order(page)[0] == "diverging"
    button = page.get_by_role("button", name="Change")
    button.click()
    down = ["dropout", "sparse", "weight_l2", "early_stopping", "diverging"]
    assert head(page, "change") == ("descending", down)
    button.click()
    assert head(page, "change") == ("ascending", [*down[3::-1], "diverging"])
    page.get_by_role("button", name="Epochs").click()
    assert head(page, "epochs")[1][0] == "dropout"  # 1,000


def test_the_keyboard_sorts_too(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="Rank").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert head(page, "technique") == ("ascending", BY_NAME)
    page.keyboard.press("Space")
    assert head(page, "technique") == ("descending", BY_NAME[::-1])


def test_filters_narrow_and_the_count_says_so(opened: Open) -> None:
    page = opened()
    count = page.locator("#leaderboard--count")
    expect(count).to_have_text("5 techniques")
    page.get_by_label("Verdict").select_option("helps")
    assert order(page) == ["dropout", "sparse"]
    expect(count).to_have_text("2 of 5 techniques")
    page.locator("#leaderboard--filters").get_by_label("Problem").select_option("codes")
    assert order(page) == ["sparse"]
    page.get_by_role("button", name="Show all").click()
    expect(count).to_have_text("5 techniques")
    page.get_by_label("Search").fill("EARLY stop")
    assert order(page) == ["early_stopping"]
    expect(count).to_have_text("1 of 5 techniques")
    page.get_by_label("Search").fill("no such thing")
    expect(count).to_have_text("0 of 5 techniques")
    assert count.get_attribute("aria-live") == "polite"


def test_a_family_with_a_hostile_name_can_be_chosen(opened: Open) -> None:
    page = opened()
    page.get_by_label("Family").select_option(index=2)
    assert len(order(page)) == 1


def test_a_link_opens_the_page_of_a_technique_and_its_pictures_decode(opened: Open) -> None:
    page = opened()
    page.locator("#leaderboard--table a", has_text="dropout").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("dropout")
    images = page.locator("img")
    assert images.count() == 4
    for image in images.all():
        image.scroll_into_view_if_needed()
        page.wait_for_function(
            "i => i.complete && i.naturalWidth === 300", arg=image.element_handle()
        )
    page.get_by_role("link", name="Which?").click()
    expect(page.locator("#leaderboard--table")).to_be_visible()


@pytest.mark.parametrize("file", PAGES)
def test_a_phone_has_no_need_to_scroll_sideways(opened: Open, file: str) -> None:
    page = opened(file, width=360)
    for details in page.locator("details").all():
        details.evaluate("each => each.open = true")
    width, beyond = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    assert (width, beyond) == (360, 360)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("file", PAGES)
def test_nothing_keeps_anybody_out(opened: Open, file: str, dark: bool) -> None:
    found = Axe().run(opened(file, dark=dark))
    assert [each["id"] for each in found.response["violations"]] == []


def test_all_columns_of_the_leaderboard_are_in_sight(opened: Open) -> None:
    table = opened().locator("#leaderboard--table")
    assert table.evaluate("t => t.parentElement.scrollWidth - t.parentElement.clientWidth") == 0


def test_without_scripts_everything_is_there(opened: Open) -> None:
    page = opened(scripts=False)
    assert len(order(page)) == len(TECHNIQUES)
    expect(page.locator("#leaderboard--filters")).to_be_hidden()
    expect(page.locator("#ask--form")).to_be_hidden()
    assert page.locator("#leaderboard--table thead button:enabled").count() == 0


def test_code_can_be_copied(opened: Open) -> None:
    page = opened("report-pages/dropout.html")
    button = page.get_by_role("button", name="Copy the Keras code of dropout")
    button.click()
    expect(page.locator("#page--status")).to_have_text(re.compile("Copied|Selected"))


def test_headings_tables_and_regions_are_named(opened: Open) -> None:
    page = opened()
    assert page.get_by_role("heading", level=1).count() == 1
    for name in ("The answer", "Leaderboard", "Ask it yourself", "What it was run with"):
        assert page.get_by_role("heading", level=2, name=name).count() == 1
    for region in page.locator(".scroll[tabindex]").all():
        assert region.get_attribute("aria-label")
    assert page.locator("th:not([scope])").count() == 0


def pairs_of_many_kinds() -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    return {
        "normal": random.normal(0.01, 0.02, 30),
        "many": random.normal(0.0, 0.01, 200),
        "skewed": random.exponential(0.02, 20) - 0.01,
        "skewed to the left": -random.exponential(0.02, 12),
        "few": random.normal(0.0, 0.01, FEWEST),
        "too few": random.normal(0.0, 0.01, FEWEST - 1),
        "equal": np.full(20, 0.02),
        "none": np.zeros(20),
        "no number": np.array([*random.normal(0.0, 0.01, 9), math.nan]),
    }


def test_the_script_judges_as_the_project_does(opened: Open) -> None:
    page, smallest = opened(), 0.01
    for kind, pairs in pairs_of_many_kinds().items():
        numbers = [None if math.isnan(pair) else float(pair) for pair in pairs]
        for overlap, level in itertools.product((0.0, 0.25), (0.8, 0.96, 0.9995)):
            own = mean_difference(pairs, smallest, level, overlap)
            options = {"smallest": smallest, "level": level, "overlap": overlap, "fewest": FEWEST}
            found = page.evaluate(
                "all => Object.values(regpipe.difference(...all))", [numbers, options]
            )
            expected = [own.mean, own.low, own.high]
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-12, err_msg=kind)
            for better in (1, -1):
                ends = [*found[1:], smallest, better]
                said = page.evaluate("all => regpipe.verdict(...all)", ends)
                assert said == decide(own.low, own.high, smallest, higher_is_better=better > 0)


def test_what_is_asked_is_answered_and_all_verdicts_follow(opened: Open) -> None:
    page = opened()
    answer, everything = page.locator("#ask--answer"), page.locator("#ask--all")
    verdicts = page.locator("#leaderboard--table td.verdict")
    told = verdicts.all_inner_texts()
    expect(everything).to_have_text("The verdicts of the leaderboard are those that were told.")
    page.get_by_label("Does it help:").select_option("dropout")
    expect(answer).to_contain_text("against the baseline: +")
    one = answer.inner_text()
    page.get_by_label("more than").select_option("weight_l2")
    expect(answer).to_contain_text("0.0 [")  # the same pairs, in this small study
    assert answer.inner_text() != one
    page.get_by_label("Smallest difference").fill("10")  # 32 times
    expect(page.locator("output[name=smallest_told]")).to_have_text("32 points")
    page.get_by_label("Smallest difference").fill("0")
    expect(page.locator("output[name=smallest_told]")).to_have_text("1 point")
    page.get_by_label("Smallest difference").fill("10")
    assert all("too little to matter" in text for text in verdicts.all_inner_texts())
    expect(everything).to_contain_text("4 help, too little to matter; 1 hurts, too little")
    row = page.locator("#families--table tbody tr").first.locator("td.number")
    assert row.all_inner_texts()[1:] == ["0", row.all_inner_texts()[0], "0", "0"]
    page.get_by_label("Verdict").select_option("hurts, too little to matter")
    assert order(page) == ["sparse"]  # of which less is better
    expect(page.locator(".altered")).to_have_count(2)
    expect(page.locator("#section--leaderboard .altered")).to_be_visible()
    page.get_by_label("Smallest difference").fill("0")
    page.get_by_label("Repeats").fill("20")
    expect(everything).to_contain_text("With these settings")
    page.get_by_label("Repeats").fill("30")  # as many as were run
    expect(everything).to_have_text("The verdicts of the leaderboard are those that were told.")
    page.get_by_label("Smallest difference").fill("10")
    page.get_by_label("Repeats").fill("200")
    expect(answer).to_contain_text("This is a forecast")
    expect(everything).to_contain_text("5 of them forecasts")
    page.get_by_label("Smallest difference").fill("0")
    assert order(page) == []  # none of this verdict any more
    expect(page.locator("#leaderboard--count")).to_have_text("0 of 5 techniques")
    page.locator("#section--leaderboard").get_by_role("button", name="As it was run").click()
    expect(page.locator("#section--leaderboard .altered")).to_be_hidden()
    expect(everything).to_have_text("The verdicts of the leaderboard are those that were told.")
    page.get_by_role("button", name="Show all").click()
    expect(verdicts.last).to_be_visible()  # a form's reset shows rows a moment later
    assert verdicts.all_inner_texts() == told


def test_what_was_run_is_told_as_the_leaderboard_tells_it(opened: Open) -> None:
    page = opened()
    rows = page.locator("#leaderboard--table tbody tr")
    for row in rows.all():
        name = row.get_attribute("data-technique")
        problem = page.evaluate(
            """name => JSON.parse(document.getElementById("ask--data").textContent)
            .techniques[name].problem""",
            name,
        )
        page.locator("#ask--form select[name=problem]").select_option(problem)
        page.get_by_label("Does it help:").select_option(name)
        change = row.locator("td.change b").inner_text()
        if change != "–":
            said = f"the baseline: {change} ["
            expect(page.locator("#ask--answer")).to_contain_text(said)


def test_few_repeats_tell_nothing(opened: Open) -> None:
    page = opened()
    page.get_by_label("Repeats").fill("5")
    expect(page.locator("output[name=repeats_told]")).to_have_text("5")
    assert page.get_by_label("Repeats").get_attribute("min") == str(FEWEST)

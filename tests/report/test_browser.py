"""Does the page work in a browser, from a file, with a keyboard, on a phone?"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(page: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(page, encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the page; afterwards nothing may have been fetched, said on the console, or run."""
    contexts, messages = [], []

    def open_page(fragment: str = "", width: int = 1280, scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: messages.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: messages.append(f"error: {error}"))
        page.on("dialog", lambda dialog: messages.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: messages.append(f"request: {request.url[:80]}"))
        page.goto(address + fragment)
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
    page.get_by_label("Problem").select_option("codes")
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


def test_a_link_opens_its_section_and_the_pictures_decode(opened: Open) -> None:
    page = opened()
    page.locator("#leaderboard--table a", has_text="dropout").click()
    section = page.locator("details.technique:has(#dropout)")
    expect(section).to_have_attribute("open", "")
    images = section.locator("img")
    assert images.count() == 4
    for image in images.all():
        image.scroll_into_view_if_needed()
        page.wait_for_function(
            "i => i.complete && i.naturalWidth === 300", arg=image.element_handle()
        )
    assert page.locator("details.technique[open]").count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_an_address_opens_its_section(opened: Open, scripts: bool) -> None:
    page = opened("#early_stopping", scripts=scripts)
    expect(page.locator("#early_stopping .sentence")).to_be_in_viewport()
    expect(page.locator("details.technique:has(#early_stopping) summary")).to_be_in_viewport()
    assert page.locator("details.technique[open]").count() == 1


def test_a_section_that_was_closed_opens_again(opened: Open) -> None:
    page = opened("#dropout")
    page.locator("details.technique:has(#dropout) summary").click()
    expect(page.locator("#dropout")).to_be_hidden()
    page.locator("#leaderboard--table a", has_text="dropout").click()
    expect(page.locator("#dropout .sentence")).to_be_in_viewport()


def test_an_address_of_nothing_does_nothing(opened: Open) -> None:
    page = opened("#%E0%A4%A")
    assert page.locator("details.technique[open]").count() == 0
    assert len(order(page)) == len(TECHNIQUES)


def test_a_phone_has_no_need_to_scroll_sideways(opened: Open) -> None:
    page = opened("#dropout", width=360)
    for details in page.locator("details").all():
        details.evaluate("each => each.open = true")
    width, beyond = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    assert (width, beyond) == (360, 360)


def test_without_scripts_everything_is_there(opened: Open) -> None:
    page = opened(scripts=False)
    assert len(order(page)) == len(TECHNIQUES)
    expect(page.locator("#leaderboard--filters")).to_be_hidden()
    assert page.locator("#leaderboard--table thead button:enabled").count() == 0
    page.locator("details.technique summary").first.click()
    expect(page.locator("details.technique .sentence").first).to_be_visible()


def test_code_can_be_copied(opened: Open) -> None:
    page = opened("#dropout")
    button = page.get_by_role("button", name="Copy the Keras code of dropout")
    button.click()
    expect(page.locator("#page--status")).to_have_text(re.compile("Copied|Selected"))


def test_headings_tables_and_regions_are_named(opened: Open) -> None:
    page = opened()
    assert page.get_by_role("heading", level=1).count() == 1
    for name in ("The answer", "Leaderboard", "Technique by technique", "What it was run with"):
        assert page.get_by_role("heading", level=2, name=name).count() == 1
    for region in page.locator(".scroll[tabindex]").all():
        assert region.get_attribute("aria-label")
    assert page.locator("th:not([scope])").count() == 0

"""Where the server asks for a token, the page has it from its address."""

import pytest

pytestmark = pytest.mark.slow
TOKEN = "a-token-of-some-length"


@pytest.fixture
def closed(built, tmp_path):
    from support.page_server import server

    (tmp_path / "token.txt").write_text(TOKEN)
    with server("--token-file", tmp_path / "token.txt") as address:
        yield address


def test_the_page_bears_the_token_of_its_address(browser, closed, images):
    from support.page_driver import Driver

    page = browser.new_page()
    page.goto(f"{closed}#token={TOKEN}")
    driver = Driver(page)
    driver.add(images["a"])
    assert page.locator("#strip li").count() == 1
    assert not page.locator("#failures li").count()
    page.close()


def test_without_it_the_page_says_what_is_missing(browser, closed):
    page = browser.new_page()
    page.goto(closed)
    page.get_by_text("must bear this server's token").first.wait_for()
    page.close()

"""Look for what sticks out of a narrow screen."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import until

CUT_OFF = """async () => {
  await document.fonts.ready  // until then words may stand there in a wider font
  const cut = [], walk = node => {
    if (node.matches?.('thead, style, script')) return
    const holds = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())
    if (holds && node.getBoundingClientRect?.().right > innerWidth + 1) cut.push(node.textContent.slice(0, 60))
    for (const child of [...(node.shadowRoot?.children ?? []), ...node.children]) walk(child)
  }
  walk(document.querySelector('[data-testid="stMain"]'))
  const page = document.documentElement
  return page.scrollWidth > page.clientWidth ? [...cut, 'the page scrolls sideways'] : cut
}"""
SETTLES_S = 3


def fits(page: Page) -> None:
    """Wait until nothing of a page is cut off at its right; a page that is still being laid out has that long."""
    found: list[str] = []

    def nothing_sticks_out() -> bool:
        found[:] = page.evaluate(CUT_OFF)
        return not found

    until(nothing_sticks_out, SETTLES_S, f"all of {page.url} fits", lambda: f"cut off: {found}")

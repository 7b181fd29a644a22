"""Join the pages and the product's own routes into one application: one process, one port."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from typing import Any, Final

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from core import logs
from core.config import Settings
from core.errors import ReelsError
from core.runtime import Runtime
from pages.ui.campaigns.downloads import campaign_routes
from pages.ui.doorkeeper import Doorkeeper, check
from pages.ui.entry import section
from pages.ui.language import LANGUAGES, _
from pages.ui.plain import plainly

logger = logging.getLogger(__name__)

OPENING: Final = re.compile(rb'<html lang="[^"]*"')


def parts() -> dict[str, Any]:
    """Return the routes, the lifespan and the middleware of the application.

    A setting or a database that cannot be used ends the start with one line and exit code 1.
    """
    PagesManager.uses_pages_directory = False  # st.navigation alone decides, from the very first session on
    try:
        settings = Settings.from_env()
        local = check(settings, st.get_option("server.address"), section("auth"), section("access"))
        together = not settings.pages_alone
        runtime = Runtime(settings, port=st.get_option("server.port"), receiver=together, worker=together)
        runtime.product.store.reels.counts()  # opens the database, or says why it cannot be used
    except ReelsError as error:
        print(error, file=sys.stderr)  # noqa: T201  # the one line that a failed start is owed
        raise SystemExit(1) from None
    logs.configure()
    return {
        "routes": [*runtime.routes, *campaign_routes(runtime.product)],
        "lifespan": runtime.lifespan,
        "middleware": [*([Middleware(Doorkeeper)] if local else []), Middleware(SpokenLanguage)],
        "on_script_error": apologise,
    }


def apologise(error: Exception) -> bool:
    """Show one sentence: the product's own, or one with a number that finds the traceback in the log."""
    if isinstance(error, ReelsError):
        logger.warning("Page: %s", error)
        st.error(plainly(error), icon=":material/error:")
        return True
    number = secrets.token_hex(4)
    logger.error("Page error %s", number, exc_info=error)
    st.error(
        _("Something went wrong on this page. Reload it; if it happens again, report the number {number}.").format(
            number=number
        ),
        icon=":material/error:",
    )
    return True


class SpokenLanguage:
    """Name the language in the page's first tag: for screen readers, and so that browsers do not translate."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite HTML pages on their way out; everything else passes as it is."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _wants_html(scope):
            await self.app(scope, receive, send)
            return
        plain = [pair for pair in scope["headers"] if pair[0] not in {b"accept-encoding", b"if-none-match", b"range"}]
        page = _Page(spoken(Headers(scope=scope).get("accept-language", "")), send)
        await self.app({**scope, "headers": plain}, receive, page.send)


def _wants_html(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")


def spoken(accept_language: str) -> str:
    """Return the first language of the header that the pages speak, English otherwise."""
    for part in accept_language.split(","):
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return "en"


class _Page:
    """Hold an HTML answer back until it is whole, and send it with the language set."""

    def __init__(self, language: str, send: Send) -> None:
        self._language = language
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if "text/html" in Headers(raw=message["headers"]).get("content-type", ""):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = OPENING.sub(f'<html lang="{self._language}" translate="no"'.encode(), self._body, count=1)
            MutableHeaders(raw=self._start["headers"])["content-length"] = str(len(body))
            await self._send(self._start)
            message = {"type": "http.response.body", "body": body}
        await self._send(message)

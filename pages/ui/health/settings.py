"""Show the settings in force, what each means, and where its value comes from."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from core.in_force import OF_ACCOUNT, Source, settings_in_force
from core.product import Product
from pages.ui.language import _, mark

SOURCES: Final = {
    Source.ENVIRONMENT: mark("process environment"),
    Source.FILE: mark(".env file"),
    Source.DEFAULT: mark("default"),
    Source.LEARNED: mark("learned from past renders"),
    Source.DEMO: mark("demo mode"),
    Source.REGISTERED: mark("kept at registration"),
    Source.PROFILE: mark("by APP_ENV"),
}
MEANINGS: Final = {
    "HEYGEN_API_KEY": mark("Key of the HeyGen account; none: demo mode"),
    "HEYGEN_ACCOUNTS": mark("Names of further HeyGen accounts, each with a key of its own"),
    "HEYGEN_API_BASE_URL": mark("The server that is asked for videos"),
    "HEYGEN_PROCESSING_MODE": mark("How news of a video arrives: webhook, polling or hybrid"),
    "HEYGEN_WEBHOOK_BASE_URL": mark("Public address at which HeyGen reaches this product"),
    "HEYGEN_WEBHOOK_SECRET": mark("Signing secrets that are believed"),
    "APP_ENV": mark("development, staging or production; chooses the mode"),
    "DATABASE_URL": mark("Where everything is kept"),
    "DATA_FOLDER": mark("Where files and secrets are kept beside PostgreSQL"),
    "ARCHIVE_URL": mark("Where finished files are kept; none: beside the database"),
    "AWS_ENDPOINT_URL": mark("The service that keeps the files where it is not Amazon's S3"),
    "AWS_REGION": mark("Region of the bucket that keeps the files"),
    "AWS_ACCESS_KEY_ID": mark("Key of the bucket that keeps the files"),
    "AWS_SECRET_ACCESS_KEY": mark("Secret of that key"),
    "AWS_SESSION_TOKEN": mark("Token that goes with a key for a while"),
    "CELERY_BROKER_URL": mark("Task queue that takes the worker's turns; none: they are taken in the process"),
    "HEYGEN_MAX_CONCURRENT": mark("Videos in the making at once"),
    "HEYGEN_DEADLINE_S": mark("Seconds without news until a reel counts as timed out"),
    "HEYGEN_FALLBACK_AFTER_S": mark("Seconds until a webhook counts as overdue"),
    "HEYGEN_POLL_INTERVAL_S": mark("Seconds between two looks at HeyGen"),
    "HEYGEN_PRICE_PER_S": mark("US dollars for a second of video, for estimates"),
    "NOTIFY_URLS": mark("Who is told when reels and campaigns end"),
    "NOTIFY_LANGUAGE": mark("Language of those messages"),
    "PORT": mark("Port of pages and receiver"),
    "PAGES_OPEN_TO": mark("Whether pages that are reached from outside ask for a sign-in"),
    "PAGES_ALONE": mark("Whether receiver and worker run elsewhere, not with the pages"),
    "DRAIN_S": mark("Seconds for which a receiver that is stopped goes on answering"),
}


def _meaning(name: str) -> str:
    """Return what a setting means; one of a single account means what the plain one does."""
    plain = next((each for each in OF_ACCOUNT if name.startswith(f"{each}_")), name)
    return _(MEANINGS.get(plain, ""))


def draw_settings(product: Product) -> None:
    """Draw the table; secrets are masked before they come here."""
    rows = settings_in_force(product)
    table = pd.DataFrame(
        {
            _("Setting"): [row.name for row in rows],
            _("In force"): [row.value or "–" for row in rows],
            _("From"): [_(SOURCES[row.source]) for row in rows],
            _("Meaning"): [_meaning(row.name) for row in rows],
        }
    )
    widths = dict(zip(table.columns, (235 if len(rows) <= len(MEANINGS) else 320, 190, 215, 440), strict=True))
    columns = {name: st.column_config.TextColumn(width=width) for name, width in widths.items()}
    st.dataframe(table, hide_index=True, height="content", column_config=columns, alt=_("Settings in force"))
    st.caption(
        _(
            "The process environment wins over the .env file. Change a value there and restart: "
            "receiver and worker take theirs at the start. Secrets are never shown."
        )
    )

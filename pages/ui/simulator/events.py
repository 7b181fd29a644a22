"""Let an event happen on demand, and care for the secret that signs deliveries."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

import streamlit as st

from core import endpoint
from core.clock import utcnow
from core.errors import Refused
from core.product import Product
from core.secret_file import KeptSecret, SecretFile
from core.simulator import Row, Simulator
from core.store import Store
from pages.ui.language import _, mark
from pages.ui.moments import moment
from pages.ui.particulars import draw_facts
from pages.ui.simulator.acting import act
from pages.ui.simulator.subjects import name_video
from pages.ui.simulator.truth import ledger_of

SHOWN: Final = 100
NOBODY: Final = mark("The event happened, but nobody wants it: no address is given and no endpoint listens to it.")


def draw_trigger(simulator: Simulator, store: Store) -> None:
    """Offer to let an event of a video happen now."""
    with st.popover(_("Trigger an event"), icon=":material/bolt:", width="content"):
        videos = [row["video_id"] for row in ledger_of(simulator)[:SHOWN]]
        if not videos:
            st.caption(_("There is no video yet: send a reel first."))
            return
        st.selectbox(
            _("Video"),
            videos,
            key="trigger-video",
            format_func=lambda video_id: name_video(store, video_id),
            placeholder=_("Choose a video"),
        )
        types = [row["event_type"] for row in simulator.event_types()]
        st.selectbox(_("Event"), types, key="trigger-type", placeholder=_("Choose an event"))
        st.text_input(
            _("Faults of the delivery, if any"),
            key="trigger-words",
            placeholder="webhook=duplicate:4 sign=bad",
            on_change="ignore",
        )
        st.button(
            _("Let it happen now"),
            key="trigger",
            type="primary",
            icon=":material/bolt:",
            on_click=_trigger,
            args=(simulator,),
        )


def _trigger(simulator: Simulator) -> None:
    asked = (st.session_state["trigger-video"], st.session_state["trigger-type"])
    words = (st.session_state.get("trigger-words") or "").strip()

    def happen() -> None:
        sent: list[Row] = simulator.trigger(*asked, words)
        if not sent:
            raise Refused(NOBODY)

    act(happen, _("The event has happened."))


def draw_secret(product: Product) -> None:
    """Offer to register our receiver and to rotate its secret, and say what that means."""
    secrets = SecretFile(product.store.path)
    with st.popover(_("Signing secret"), icon=":material/key:", width="content"):
        draw_facts([(_("Endpoint of the account"), endpoint.receiver_url(product)), *_believed(secrets)])
        st.text(
            _(
                "Registered, the receiver gets every event a second time, signed. "
                "Rotated, HeyGen signs with the new secret at once; the receiver believes the old one for another day, "
                "so nothing that is on its way is lost."
            )
        )
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Register the receiver"),
                key="register",
                icon=":material/link:",
                on_click=act,
                args=(partial(endpoint.register, product, secrets), _("The receiver is registered.")),
            )
            st.button(
                _("Rotate the secret"),
                key="rotate",
                icon=":material/autorenew:",
                on_click=act,
                args=(partial(endpoint.rotate, product, secrets), _("HeyGen signs with a new secret from now on.")),
            )


def _believed(secrets: SecretFile) -> list[tuple[str, str]]:
    """Say which secrets the receiver believes, without showing any."""
    kept = [secret for secret in secrets.read() if secret.holds_at(utcnow())]
    return [(_("The receiver believes"), "\n".join(map(_lasting, kept)) or _("no secret yet"))]


def _lasting(secret: KeptSecret) -> str:
    if secret.until is None:
        return _("the present secret")
    return _("one before, until {time}").format(time=moment(datetime.fromisoformat(secret.until)))

"""Help to be reached from outside during local work: find a running ngrok, or tell how to start one."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core import tunnel
from core.models import ProcessingMode
from core.product import Product
from core.tunnel import Tunnel
from pages.ui.language import _
from pages.ui.particulars import draw_facts

FOUND: Final = "tunnels"


@st.fragment
def draw_tunnels(product: Product) -> None:
    """Draw the button, and what was found when it was last pressed."""
    st.header(_("A tunnel for local work"), anchor=False)
    st.write(
        _("HeyGen cannot reach a machine at home or in the office by itself; a tunnel such as ngrok lends an address.")
    )
    port = int(st.get_option("server.port"))
    st.button(_("Look for ngrok"), key="find-tunnel", icon=":material/search:", on_click=_find)
    if FOUND not in st.session_state:
        st.caption(_("Only this machine is asked (127.0.0.1, port 4040)."))
        return
    found: list[Tunnel] | None = st.session_state[FOUND]
    ours = tunnel.leading_to(port, found or [])
    if ours is not None:
        _draw_offer(product, ours)
    elif found:
        st.warning(
            _("ngrok runs, but none of its tunnels leads to port {port}.").format(port=port),
            icon=":material/alt_route:",
        )
        draw_facts([(each.url, _("leads to port {port}").format(port=each.port or "?")) for each in found])
        _draw_start(port)
    else:
        no_tunnel = _("ngrok runs, but has no https tunnel open.")
        st.info(_("No ngrok runs on this machine.") if found is None else no_tunnel, icon=":material/link_off:")
        _draw_start(port)


def _draw_offer(product: Product, ours: Tunnel) -> None:
    st.success(_("A tunnel leads here."), icon=":material/link:")
    draw_facts([(_("Public address"), ours.url)])
    if product.settings.webhook_base_url == ours.url:
        st.caption(_("It is the address in force already."))
        return
    st.write(_("Put these lines into the .env file and restart:"))
    mode = f"HEYGEN_PROCESSING_MODE={ProcessingMode.HYBRID}"
    st.code(f"{mode}\nHEYGEN_WEBHOOK_BASE_URL={ours.url}", language="bash")
    st.caption(_("An address of a free account changes when ngrok starts anew; then change the line, too."))


def _draw_start(port: int) -> None:
    st.write(_("Install ngrok once, start it beside the product, and look again:"))
    st.code(f"npm install -g ngrok\nngrok http {port}", language="bash")


def _find() -> None:
    st.session_state[FOUND] = tunnel.find()

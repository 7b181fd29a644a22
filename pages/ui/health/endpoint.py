"""Register the account's webhook endpoint and rotate its secret, as `python -m core register` and `rotate` do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from core import endpoint
from core.accounts import fact
from core.clock import utcnow
from core.endpoint import Endpoint
from core.errors import ReelsError
from core.product import Product
from core.secret_file import SecretFile
from pages.ui.accounts import choose_account
from pages.ui.language import _, mark
from pages.ui.moments import full, number
from pages.ui.particulars import draw_facts
from pages.ui.plain import plainly

OF: Final = "endpoint_of"
ASKED: Final = "endpoint_asked"
SEEN: Final = "endpoint_seen"
WRONG: Final = "endpoint_wrong"


@st.fragment
def draw_endpoint(product: Product) -> None:
    """Draw how the endpoint stands, and what can be done with it."""
    st.header(_("Signed webhooks"), anchor=False)
    st.write(
        _(
            "Every reel names an address of its own, so nothing must be registered. An endpoint registered for the "
            "account adds signed deliveries, and their history at HeyGen, from which missed ones are recovered."
        )
    )
    account = choose_account(product, "", "endpoint-account")
    if st.session_state.get(OF) != account:
        st.session_state[OF] = account
        for name in (ASKED, SEEN, WRONG):
            st.session_state.pop(name, None)
    _draw_secrets(product, account)
    _draw_seen()
    if product.processor.webhook_base_url is None:
        st.info(_("There is no public address to register: set HEYGEN_WEBHOOK_BASE_URL."), icon=":material/link_off:")
        return
    with st.container(horizontal=True):
        st.button(_("Look at HeyGen"), key="look", icon=":material/search:", on_click=_look, args=(product, account))
        st.button(_("Register"), key="register", icon=":material/add_link:", on_click=_ask, args=("register",))
        st.button(_("Rotate the secret"), key="rotate", icon=":material/key:", on_click=_ask, args=("rotate",))
    _confirm(product, account)


def _draw_secrets(product: Product, account: str) -> None:
    now, name = utcnow(), fact(endpoint.ENDPOINT, account)
    believed = [secret for secret in SecretFile(product.store.path).read() if secret.holds_at(now)]
    kept = [secret for secret in believed if secret.account == account]
    known = product.store.facts.get(name) or {}
    given = product.processor.accounts.get(account).webhook_secrets
    facts = [
        (_("Endpoint"), str(known.get("url") or _("none registered from here"))),
        (_("Last registered or rotated"), full(product.store.facts.set_at(name)) if known else ""),
        (_("Secrets that are believed"), number(len(kept) + len(given))),
        (_("Of these, rotated away and ending soon"), number(sum(secret.until is not None for secret in kept))),
    ]
    with st.container(border=True), st.grid("auto", min_column_width=220, gap="small"):
        draw_facts([(label, value) for label, value in facts if value])


def _draw_seen() -> None:
    error = st.session_state.get(WRONG)
    if error is not None:
        st.error(plainly(error), icon=":material/error:")
        return
    if SEEN not in st.session_state:
        return
    sentence, seen = st.session_state[SEEN]
    if seen is None:
        st.info(_("HeyGen knows no endpoint that leads here."), icon=":material/link_off:")
        return
    good = seen.status == "enabled"
    (st.success if good else st.warning)(_(sentence), icon=":material/link:" if good else ":material/warning:")
    facts = [
        (_("Address"), seen.url),
        (_("State at HeyGen"), seen.status),
        (_("Events"), ", ".join(seen.events) if seen.events is not None else _("all")),
        (_("Endpoint id"), seen.endpoint_id),
    ]
    with st.grid("auto", min_column_width=220, gap="small"):
        draw_facts(facts)


def _confirm(product: Product, account: str) -> None:
    """Ask once more before anything is changed at HeyGen."""
    word = st.session_state.get(ASKED)
    if word is None:
        return
    with st.container(border=True, key="endpoint-confirm"):
        if word == "rotate":
            st.write(
                _(
                    "HeyGen makes a new secret, and the old one is dead there at once. Here both are believed for a "
                    "day, so no delivery is lost. The new secret is kept in a file beside the database."
                )
            )
        else:
            st.write(
                _(
                    "HeyGen is told to call the address below. The secret it answers with is kept in a file beside "
                    "the database; it is never shown."
                )
            )
            draw_facts([(_("Address"), endpoint.receiver_url(product))])
        with st.container(horizontal=True):
            label = _("Rotate now") if word == "rotate" else _("Register now")
            act = endpoint.rotate if word == "rotate" else endpoint.register
            st.button(label, key="endpoint-do", type="primary", on_click=_do, args=(product, account, word, act))
            st.button(_("Cancel"), key="endpoint-cancel", on_click=_ask, args=(None,))


def _ask(word: str | None) -> None:
    st.session_state[ASKED] = word
    st.session_state.pop(WRONG, None)


def _look(product: Product, account: str) -> None:
    _keep(mark("HeyGen has an endpoint that leads here."), lambda: endpoint.registered(product, account))


def _do(product: Product, account: str, word: str, act: Callable[[Product, SecretFile, str], Endpoint]) -> None:
    st.session_state[ASKED] = None
    sentence = mark("The secret was rotated.") if word == "rotate" else mark("The endpoint is registered.")
    _keep(sentence, lambda: act(product, SecretFile(product.store.path), account))


def _keep(sentence: str, act: Callable[[], Endpoint | None]) -> None:
    """Do it, and remember what came of it for the next drawing."""
    st.session_state.pop(WRONG, None)
    st.session_state.pop(SEEN, None)
    try:
        st.session_state[SEEN] = (sentence, act())
    except ReelsError as error:
        st.session_state[WRONG] = error

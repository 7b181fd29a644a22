"""Let in whom the sign-in and the policy let in, and stop every page for everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.access import Person, Policy, Role
from core.actor import act_for, ask
from core.errors import NotAdmitted, ReelsError
from pages.ui.language import _, mark
from pages.ui.plain import plainly

FORBIDDEN: Final = mark("This page is for {role}; ask whoever runs this if you need it.")
FOR: Final[Mapping[Role, str]] = {
    Role.MARKETING: mark("people who make reels"),
    Role.QA: mark("quality assurance"),
    Role.ADMIN: mark("administrators"),
}
LOCAL: Final = Person()


def section(name: str) -> Mapping[str, Any]:
    """Return a section of Streamlit's secrets, empty where there is none."""
    try:
        found = st.secrets.get(name) or {}
    except StreamlitSecretNotFoundError:
        return {}
    return found if isinstance(found, Mapping) else {}


def signs_in() -> bool:
    """Tell whether people must sign in."""
    return bool(section("auth"))


def person() -> Person | None:
    """Return who looks at the page, None before the sign-in; raises NotAdmitted, SettingsError."""
    if not signs_in():
        return LOCAL
    if not st.user.get("is_logged_in"):
        return None
    return Policy.read(section("access")).admit(st.user.to_dict())


def may(role: Role) -> bool:
    """Tell whether the viewer has a role."""
    try:
        viewer = person()
    except ReelsError:
        return False
    return viewer is not None and viewer.may(role)


def _email() -> str:
    """Return who looks at the page that this thread draws: what a click asks for is done before the page is drawn."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ""
    try:
        viewer = person()
    except ReelsError:
        return ""
    return viewer.email if viewer is not None else ""


ask(_email)


def enter(role: Role = Role.MARKETING) -> Person:
    """Return the viewer; for one who is not signed in, or may not see this page, draw why and stop."""
    try:
        viewer = person()
    except ReelsError as error:
        _turn_away(error)
        st.stop()
    if viewer is None:
        _ask_to_sign_in()
        st.stop()
    if not viewer.may(role):
        st.title(_("Not for you"), anchor=False)
        st.warning(_(FORBIDDEN).format(role=_(FOR[role])), icon=":material/lock:")
        st.stop()
    act_for(viewer.email)
    return viewer


def _ask_to_sign_in() -> None:
    with st.container(border=True, horizontal_alignment="center", key="signin"):
        st.title(_("Sign in"), anchor=False, text_alignment="center")
        st.caption(_("Reels are made here by people who are known."), text_alignment="center")
        named = [name for name, value in section("auth").items() if isinstance(value, Mapping)]
        providers: list[str | None] = [*named] or [None]
        for provider in providers:
            label = _("Sign in with {provider}").format(provider=provider) if provider else _("Sign in")
            st.button(label, type="primary", icon=":material/login:", on_click=st.login, args=(provider,))


def _turn_away(error: ReelsError) -> None:
    st.title(_("Not admitted"), anchor=False)
    with st.container(key="turned-away"):
        st.error(plainly(error), icon=":material/lock:")
    if isinstance(error, NotAdmitted):
        st.button(_("Sign in as somebody else"), icon=":material/logout:", on_click=st.logout)

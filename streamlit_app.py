"""Start the whole product: pages, receiver, worker, and the fake HeyGen where there is no key."""

import streamlit as st
from streamlit import runtime

if not runtime.exists():  # once, when the server starts
    from pages.ui.server import parts

    app = st.App(__file__, **parts())
else:  # on every run of a page
    from pages.ui.frame import draw

    draw()

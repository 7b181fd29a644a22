"""The presenters of the account: who they are and how they look."""

from __future__ import annotations

from dataclasses import dataclass

from fake_heygen.voices import named


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """How a presenter is drawn; colours are #rrggbb, `backdrop` runs from top to bottom."""

    skin: str
    hair: str
    hair_style: str
    top: str
    top_style: str
    backdrop: tuple[str, str]
    iris: str = "#4a3527"
    glasses: str | None = None
    beard: str | None = None
    earrings: str | None = None
    lips: str = "#b5544f"
    hijab: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A presenter in one outfit: what HeyGen calls a look, and what avatar_id means."""

    look_id: str
    name: str
    group: str
    gender: str
    voice: str
    tags: tuple[str, ...]
    appearance: Appearance

    @property
    def group_id(self) -> str:
        """Return the id of the presenter."""
        return f"{self.group.lower()}_group"

    @property
    def default_voice_id(self) -> str:
        """Return the voice that speaks when none is asked for."""
        return named(self.voice).voice_id


LOOKS: tuple[Look, ...] = (
    Look(
        look_id="lucia_studio_front",
        name="Lucía · estudio",
        group="Lucia",
        gender="female",
        voice="Lucía",
        tags=("estudio", "vertical"),
        appearance=Appearance(
            skin="#f0c4a0",
            hair="#4b2e20",
            hair_style="long",
            top="#1f6f78",
            top_style="blazer",
            backdrop=("#fde8d7", "#f2b8a0"),
            iris="#6b4a2b",
            earrings="#e0b64a",
        ),
    ),
    Look(
        look_id="mateo_casual_front",
        name="Mateo · casual",
        group="Mateo",
        gender="male",
        voice="Mateo",
        tags=("casual", "vertical"),
        appearance=Appearance(
            skin="#d79f74",
            hair="#23180f",
            hair_style="quiff",
            top="#e8ecef",
            top_style="shirt",
            backdrop=("#d8ecf7", "#8fb9d6"),
            beard="#2b1d13",
            lips="#a8594c",
        ),
    ),
    Look(
        look_id="valentina_bright_front",
        name="Valentina · color",
        group="Valentina",
        gender="female",
        voice="Valentina",
        tags=("color", "vertical"),
        appearance=Appearance(
            skin="#f6d3b8",
            hair="#b5502a",
            hair_style="bob",
            top="#7b3fa0",
            top_style="crew",
            backdrop=("#fff3cf", "#f4c95d"),
            iris="#4f7a4a",
            glasses="#3a2a4d",
            lips="#c24a58",
        ),
    ),
    Look(
        look_id="andres_office_front",
        name="Andrés · oficina",
        group="Andres",
        gender="male",
        voice="Andrés",
        tags=("oficina", "vertical"),
        appearance=Appearance(
            skin="#8d5a3b",
            hair="#17110d",
            hair_style="crop",
            top="#22375a",
            top_style="suit",
            backdrop=("#e3f0e4", "#9cc5a1"),
            lips="#8a4a42",
        ),
    ),
    Look(
        look_id="camila_garden_front",
        name="Camila · jardín",
        group="Camila",
        gender="female",
        voice="Camila",
        tags=("exterior", "vertical"),
        appearance=Appearance(
            skin="#c98d62",
            hair="#1d1512",
            hair_style="curly",
            top="#e4572e",
            top_style="vneck",
            backdrop=("#dff3ea", "#74bfa4"),
            earrings="#f4f0e6",
            lips="#a5443f",
        ),
    ),
    Look(
        look_id="javier_stage_front",
        name="Javier · escenario",
        group="Javier",
        gender="male",
        voice="Javier",
        tags=("escenario", "vertical"),
        appearance=Appearance(
            skin="#eebf9b",
            hair="#9a9a98",
            hair_style="side",
            top="#3b3f46",
            top_style="turtleneck",
            backdrop=("#e9e3f5", "#a998d0"),
            iris="#4d6f8f",
            glasses="#20242a",
            beard="#b4b3b0",
        ),
    ),
    Look(
        look_id="emma_desk_front",
        name="Emma · desk",
        group="Emma",
        gender="female",
        voice="Emma",
        tags=("office", "vertical"),
        appearance=Appearance(
            skin="#f8d9c0",
            hair="#d9b066",
            hair_style="ponytail",
            top="#f3f1ea",
            top_style="blouse",
            backdrop=("#fbe3ea", "#e79ab0"),
            iris="#4d86b0",
            earrings="#9fb8c8",
            lips="#c75a66",
        ),
    ),
    Look(
        look_id="amina_studio_front",
        name="Amina · studio",
        group="Amina",
        gender="female",
        voice="Chloé",
        tags=("studio", "vertical"),
        appearance=Appearance(
            skin="#b77b52",
            hair="#1b1411",
            hair_style="none",
            top="#2f4858",
            top_style="crew",
            backdrop=("#f7eadf", "#d9b596"),
            hijab="#c8553d",
            lips="#9c4340",
        ),
    ),
    Look(
        look_id="james_news_front",
        name="James · news",
        group="James",
        gender="male",
        voice="James",
        tags=("news", "vertical"),
        appearance=Appearance(
            skin="#6f432b",
            hair="#120d0a",
            hair_style="fade",
            top="#8c2f39",
            top_style="suit",
            backdrop=("#dfe6ee", "#8ea3bd"),
            beard="#120d0a",
            lips="#7a423c",
        ),
    ),
    Look(
        look_id="lukas_workshop_front",
        name="Lukas · workshop",
        group="Lukas",
        gender="male",
        voice="Lukas",
        tags=("workshop", "vertical"),
        appearance=Appearance(
            skin="#f4cfb2",
            hair="#a8652f",
            hair_style="messy",
            top="#4f7d5b",
            top_style="hoodie",
            backdrop=("#e8f1d8", "#b2cf86"),
            iris="#5b7f9c",
        ),
    ),
)
BY_ID = {look.look_id: look for look in LOOKS}

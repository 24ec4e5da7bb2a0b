"""The text that carries a code to an address which nobody has confirmed yet."""

from pathlib import Path

from services.notify.knowledge.names import Names
from services.notify.shared.texts import Texts, Words

TEMPLATES = Path(__file__).parent / "templates"
VERSION = 2


class CodeText:
    """Renders the text, in the language of its reader."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._texts = Texts(TEMPLATES)

    def render(self, language: str, community: str, code: str) -> Words:
        """The text with `code`. It doesn't say whose the address is said to be."""
        values = {"community": self._names.community(community, language), "code": code}
        return self._texts.render(f"address-code.v{VERSION}.{language}", values)

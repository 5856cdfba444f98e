"""What can be told of a page from its HTML alone."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"})
VOID |= {"param", "source", "track", "wbr"}
UNREAD = frozenset({"script", "style", "template"})
QUOTED = frozenset({"code", "kbd", "pre", "samp"})
"""What stands in these is quoted, not said."""

SPOKEN = ("alt", "aria-description", "aria-label", "aria-roledescription", "label", "placeholder")
SPOKEN += ("title", "aria-valuetext", "data-confirm", "hx-confirm")
BUTTONS = ("button", "reset", "submit")


@dataclass
class Element:
    """An element that is still open."""

    tag: str
    language: str
    is_read: bool


class ParsedPage(HTMLParser):
    """A page, read once."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language: str | None = None
        self.is_whole = False  # not a part of a page
        self.headings = 0
        self.links: list[str] = []
        self.parts: list[str] = []
        """Addresses that htmx asks for parts."""
        self.inline: list[str] = []
        """What a strict policy refuses."""
        self.kinds: set[str] = set()
        """Each element's name with its role and with each of its classes: what can look or sound
        different."""
        self.texts: list[tuple[str, str]] = []
        """List of (language, text) of all that is read or heard."""
        self._open: list[Element] = []
        self.feed(text)
        self.close()

    def said_in(self, language: str) -> list[str]:
        """What the page says in that language."""
        return [text for spoken, text in self.texts if spoken == language]

    # -- While it is read --------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element is and where it leads."""
        own = {name: value or "" for name, value in attrs}
        around = self._open[-1] if self._open else Element("", "", True)
        quoted = tag in UNREAD | QUOTED or own.get("translate") == "no"
        element = Element(tag, own.get("lang", around.language), around.is_read and not quoted)
        if tag == "html":
            self.is_whole, self.language = True, own.get("lang")
        self.headings += tag == "h1"
        looks = own.get("class", "").split()
        self.kinds.update(f"{tag} {kind}" for kind in (own.get("role", ""), *looks))
        self._follow(tag, own)
        self._judge(tag, own)
        if element.is_read:
            spoken = [own[name] for name in SPOKEN if name in own]
            if tag == "input" and own.get("type") in BUTTONS:
                spoken.append(own.get("value", ""))
            self.texts += [(element.language, text) for text in spoken if text.strip()]
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of SVG that is closed at once."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and those inside that need no end tag."""
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                continue

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if self._open and self._open[-1].is_read and data.strip():
            self.texts.append((self._open[-1].language, data.strip()))

    def _follow(self, tag: str, own: dict[str, str]) -> None:
        if tag in ("a", "area", "iframe", "img", "object"):
            self.links += [own[name] for name in ("href", "src", "data") if own.get(name)]
        if tag == "form" and own.get("method", "get").lower() == "get":
            self.links.append(own.get("action", ""))
        self.links += [v for name, v in own.items() if name.startswith("data-") and v[:1] == "/"]
        self.parts += [own["hx-get"]] if own.get("hx-get") else []

    def _judge(self, tag: str, own: dict[str, str]) -> None:
        where = f"<{tag}> in line {self.getpos()[0]}"
        if tag == "style" and "nonce" not in own:
            self.inline.append(where)
        is_data = own.get("type", "").endswith("json")
        if tag == "script" and not own.get("src") and "nonce" not in own and not is_data:
            self.inline.append(where)
        for name, value in own.items():
            acts = name.startswith(("on", "hx-on", "data-hx-on")) or name == "style"
            if acts or value.strip().lower().startswith("javascript:"):
                self.inline.append(f"{name}= of {where}")

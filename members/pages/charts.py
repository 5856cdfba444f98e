"""Charts: their data, for the script that draws them and for the table beside them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from members.punctuation import Text

Number = float | int | None


@dataclass(frozen=True)
class Chart:
    """Numbers by name: ``series`` are (label, a number for each of ``names``).

    ``kind`` is ``bar`` (standing), ``rows`` (lying, for long names) or ``line``; ``unit`` is what
    is counted; ``urls`` are the lists behind the names, as far as there are any. ``stacked`` puts
    the series of a name on top of each other; ``tones`` say what the series mean (done, open,
    late), where they mean something. Draw it with ``components/_chart.html``.
    """

    label: Text
    names: Sequence[str]
    series: Sequence[tuple[Text, Sequence[Number]]]
    kind: str = "bar"
    unit: Text = ""
    base: Text = ""
    urls: Sequence[str] = ()
    stacked: bool = False
    tones: Sequence[str] = ()

    @property
    def data(self) -> str:
        """The data for the script, as JSON."""
        return json.dumps(
            {
                "kind": self.kind,
                "names": self.names,
                "series": [{"name": label, "data": numbers} for label, numbers in self.series],
                "unit": self.unit,
                "urls": self.urls,
                "stacked": self.stacked,
                "tones": self.tones,
            },
            ensure_ascii=False,
            default=str,  # texts that are translated when they are shown
        )

    @property
    def rows(self) -> list[tuple[str, str, list[Number]]]:
        """The same as a table: name, its list, its numbers."""
        urls = [*self.urls, *[""] * (len(self.names) - len(self.urls))]
        columns = [numbers for _label, numbers in self.series]
        return [
            (str(name), url, [column[at] for column in columns])
            for at, (name, url) in enumerate(zip(self.names, urls, strict=True))
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(number for _label, numbers in self.series for number in numbers)

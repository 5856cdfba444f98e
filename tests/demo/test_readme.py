"""The first five minutes of README.md, typed as it says, against the demo of today."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from demo.scenario import load
from demo.today import play
from demo.year import Year
from members import clock
from members.models import Session

README = Path(settings.BASE_DIR, "README.md")
FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def passwords(transactional_db: None) -> dict[str, str]:
    """The password of each login of the demo, played up to today."""
    year = Year.prepare(load("lingwu-2022"), 1, "lingwu")
    logins = play.play_todays_session(
        year.people, year.scenario, 1, timezone.localdate(clock.now())
    )
    return {login.name: login.with_password()["password"] for login in logins}


def test_the_first_five_minutes_go_as_readme_says(passwords, live_server) -> None:
    text = README.read_text(encoding="utf-8")
    _before, _title, rest = text.partition("## The first five minutes, over the API")
    login, me, draft, read, hand_in, file, happened, search, scan = FENCED.findall(
        rest.partition("\n## ")[0]
    )
    login = re.sub(
        r"login (\w+) PASSWORD", lambda found: f"login {found[1]} '{passwords[found[1]]}'", login
    )
    login = login.replace("http://127.0.0.1:8000", live_server.url)

    signed_in = shell(f"{login}\ndeclare -p API MEMBER CLERK\ndeclare -f as\n")

    def typed(block: str, **words: Any) -> list[Any]:
        for word, value in words.items():
            block = re.sub(rf"\b{word}\b", str(value), block)
        return list(answers(shell(signed_in + block)))

    own, proposals = typed(me)
    [first], [again] = typed(draft), typed(draft)
    key = first["subject_id"]
    [proposal] = typed(read, ID=key)
    refused, handed_in = typed(hand_in, ID=key)
    [not_theirs] = typed(file, ID=key)
    events, _duties = typed(happened, ID=key)
    found, similar = typed(search)
    scanned, candidates = typed(
        scan.replace('"session": 1', f'"session": {Session.objects.first().pk}')
    )

    assert own["username"] == "member"
    assert proposals["count"] > 0
    assert again["id"] == first["id"]
    assert "submit" in [offer["name"] for offer in proposal["actions"]]
    assert refused["errors"][0]["attr"] == "one_matter"
    assert handed_in["target"] == "submitted"
    assert not_theirs["errors"][0]["code"] == "permission_denied"
    assert "submit" in {event["action"] for event in events["results"]}
    assert found["count"] > 0
    assert similar
    assert scanned["id"]
    assert "results" in candidates


def shell(commands: str) -> str:
    """What Bash prints."""
    run = subprocess.run(["bash", "-c", commands], capture_output=True, text=True, check=True)
    return run.stdout


def answers(output: str) -> Any:
    """Each JSON document of what the commands printed one after the other."""
    decoder, rest = json.JSONDecoder(), output.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        yield document
        rest = rest[end:].lstrip()

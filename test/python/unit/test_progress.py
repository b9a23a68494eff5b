"""How often progress is said."""

import asyncio
import json
import threading
import unittest

from clawcierge_agent._progress import ProgressReport
from clawcierge_agent._wire import platform_message_of


class ProgressReportTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.said = []
        self.has_more = asyncio.Event()
        self.report = ProgressReport(self.take)

    def take(self, said):
        self.said.append(said)
        self.has_more.set()

    async def next(self):
        await asyncio.wait_for(self.has_more.wait(), 30)
        self.has_more.clear()
        return self.said[-1]

    async def test_says_the_first_at_once_and_the_last_of_what_follows(self):
        for n in range(1, 100):
            self.report.say(n, 100, f"Step {n}")
        self.assertEqual(await self.next(), {"progress": 1, "total": 100, "message": "Step 1"})
        self.assertEqual(await self.next(), {"progress": 99, "total": 100, "message": "Step 99"})
        self.assertEqual(len(self.said), 2)

    async def test_says_only_what_is_higher(self):
        self.report.say(2, None, None)
        self.report.say(2, None, "Again")
        self.report.say(1, None, None)
        self.report.say(2.5, None, "")
        self.assertEqual(await self.next(), {"progress": 2})
        self.assertEqual(await self.next(), {"progress": 2.5})

    async def test_says_the_last_again_when_asked_to(self):
        self.report.again()
        self.assertEqual(self.said, [])
        self.report.say(1, None, "x" * 600)
        self.report.again()
        self.assertEqual(self.said, [{"progress": 1, "message": "x" * 500}] * 2)

    async def test_says_nothing_after_the_end(self):
        self.report.say(1, None, None)
        self.report.say(2, None, None)
        self.report.end()
        self.report.say(3, None, None)
        self.report.again()
        self.assertEqual(self.said, [{"progress": 1}])

    async def test_is_said_by_threads(self):
        thread = threading.Thread(target=self.report.say, args=(1, None, None))
        thread.start()
        self.assertEqual(await self.next(), {"progress": 1})
        thread.join()

    async def test_costs_no_request_where_it_is_none(self):
        with self.assertLogs("clawcierge_agent", "WARNING") as logged:
            for value in ("1", None, True, float("nan"), float("inf"), 2**53):
                self.report.say(value, None, None)
        self.assertEqual((len(logged.output), self.said), (6, []))
        self.report.say(1, float("inf"), "Half")
        self.assertEqual(self.said, [{"progress": 1, "message": "Half"}])

    async def test_says_of_any_text_what_the_platform_takes(self):
        # As names of files are that are no UTF-8, and what programs write to a terminal.
        for n, message in enumerate(("a\udcffb", "\x1b[1ma\x00b", " \n ", "a\n\tb ", 5, _Unsayable())):
            report = ProgressReport(self.take)
            report.say(n, None, message)
            report.end()
        self.assertEqual(
            [said.get("message") for said in self.said],
            ["a\ufffdb", "\ufffd[1ma\ufffdb", None, "a\n\tb", "5", None],
        )

    def test_refusals_of_it_are_no_news_of_the_outcome(self):
        error = {"type": "error", "code": "invalid_progress", "message": "No.", "request_id": "r"}
        self.assertIsNone(platform_message_of(json.dumps(error)))


class _Unsayable:
    def __str__(self):
        raise ValueError("no text")

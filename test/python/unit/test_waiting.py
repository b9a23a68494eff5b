"""How long to wait, and what the end of a connection means."""

import unittest

from clawcierge_agent._backoff import Backoff
from clawcierge_agent._closure import CallRefused, Closed, UpgradeRefused, judge
from clawcierge_agent._generated.close_codes import CLOSE_CODES
from clawcierge_agent._message_limit import MessageLimit


class BackoffTest(unittest.TestCase):
    def test_doubles_its_bound_up_to_the_cap_and_begins_again(self):
        backoff = Backoff(base=1, cap=5, random=lambda: 0.5)
        self.assertEqual([backoff.next() for _ in range(5)], [0.5, 1, 2, 2.5, 2.5])
        backoff.reset()
        self.assertEqual(backoff.next(), 0.5)

    def test_has_full_jitter(self):
        draws = iter([0.0, 0.25])
        backoff = Backoff(base=4, cap=8, random=lambda: next(draws))
        self.assertEqual([backoff.next(), backoff.next()], [0, 2])


class ClosureTest(unittest.TestCase):
    def test_means_what_the_platform_says_of_each_code(self):
        for code, (retry, meaning) in CLOSE_CODES.items():
            verdict = judge(Closed(code, "because"))
            self.assertEqual((verdict.retry, verdict.reason), (retry, "because"))
            if code != 1009:
                self.assertEqual(judge(Closed(code, "")).reason, meaning)

    def test_means_what_its_range_says_where_the_code_is_not_known(self):
        retries = [judge(Closed(code, "")).retry for code in (4150, 4299, 4300, 4399, 4400, 4950)]
        self.assertEqual(
            retries, ["backoff", "slowly", "never", "never", "backoff", "backoff"]
        )

    def test_asks_for_a_spread_only_where_many_are_sent_away(self):
        self.assertEqual(judge(Closed(1001, "Shutting down: within 5 s")).spread, 5)
        self.assertEqual(judge(Closed(1001, "within 999 s")).spread, 60)
        self.assertEqual(judge(Closed(4008, "within 5 s")).spread, 0)

    def test_of_a_refused_upgrade_is_final_for_keys_only(self):
        statuses = {status: judge(UpgradeRefused(status)).retry for status in (401, 403, 404, 503)}
        self.assertEqual(statuses, {401: "never", 403: "never", 404: "backoff", 503: "backoff"})
        self.assertEqual(judge(UpgradeRefused(503, "", 7)).not_before, 7)
        self.assertEqual(judge(UpgradeRefused(401, "Mistyped.")).reason, "Mistyped.")

    def test_of_a_refused_call_is_final_for_keys_only(self):
        codes = ("unauthenticated", "forbidden", "internal_error")
        retries = [judge(CallRefused(code, "")).retry for code in codes]
        self.assertEqual(retries, ["never", "never", "backoff"])


class MessageLimitTest(unittest.TestCase):
    def test_is_what_was_told_until_the_platform_closes_over_less(self):
        limit = MessageLimit(1_000)
        self.assertTrue(limit.admits(1_000))
        self.assertFalse(limit.admits(1_001))
        limit.learn(Closed(1006, ""))
        self.assertTrue(limit.admits(800))
        limit.learn(Closed(1009, ""))
        self.assertEqual(limit.bytes, 799)
        limit.told(5_000)
        self.assertEqual(limit.bytes, 799)

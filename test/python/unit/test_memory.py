"""Who is next, and what is remembered."""

import unittest

from clawcierge_agent._fair_queue import FairQueue
from clawcierge_agent._finished import FinishedRequests
from clawcierge_agent._outcome import Completed
from clawcierge_agent._pins import AgentPins


class FairQueueTest(unittest.TestCase):
    def test_takes_turns_between_whose_they_are(self):
        queue = FairQueue()
        for n in range(4):
            queue.join("many", f"m{n}", f"m{n}")
        queue.join("one", "o", "o")
        queue.join("two", "t0", "t0")
        queue.join("two", "t1", "t1")
        queue.leave("many", "m1")
        queue.leave("many", "m1")
        queue.leave("nobody", "x")
        self.assertEqual((len(queue), queue.count_of("many"), queue.count_of("x")), (6, 3, 0))
        taken = [queue.next() for _ in range(6)]
        self.assertEqual(taken, ["m0", "o", "t0", "m2", "t1", "m3"])
        self.assertIsNone(queue.next())
        self.assertEqual(len(queue), 0)

    def test_puts_who_comes_new_behind_a_turn_and_not_behind_a_line(self):
        queue = FairQueue()
        for n in range(3):
            queue.join("many", f"m{n}", f"m{n}")
        self.assertEqual(queue.next(), "m0")
        queue.join("late", "l", "l")
        self.assertEqual([queue.next() for _ in range(3)], ["m1", "l", "m2"])


class FinishedRequestsTest(unittest.TestCase):
    def test_forgets_the_least_recently_used_beyond_its_number(self):
        finished = FinishedRequests(max_entries=2, max_characters=100)
        finished.remember("a", Completed("1"))
        finished.remember("b", Completed("2"))
        self.assertEqual(finished.get("a"), Completed("1"))
        finished.remember("c", Completed("3"))
        self.assertEqual([each in finished for each in "abc"], [True, False, True])
        self.assertEqual(list(finished.unsettled), ["a", "c"])

    def test_forgets_beyond_its_size_but_never_the_last_one(self):
        finished = FinishedRequests(max_entries=9, max_characters=10)
        finished.remember("a", Completed("12345"))
        finished.remember("b", Completed("12345"))
        finished.remember("c", Completed("1"))
        self.assertEqual([each in finished for each in "abc"], [False, True, True])
        finished.remember("d", Completed("x" * 50))
        self.assertEqual([each in finished for each in "abcd"], [False, False, False, True])

    def test_knows_what_the_platform_may_not_have(self):
        finished = FinishedRequests(max_entries=9, max_characters=99)
        finished.remember("a", Completed("1"))
        finished.settle("a")
        self.assertEqual(list(finished.unsettled), [])
        finished.unsettle("a")
        finished.unsettle("forgotten")
        self.assertEqual(list(finished.unsettled), ["a"])


class AgentPinsTest(unittest.TestCase):
    def test_keeps_the_first_answer_of_those_used_last(self):
        pins = AgentPins(2)
        pins.answered("a", "1")
        pins.answered("a", "2")
        pins.answered("b", "3")
        self.assertEqual(pins.of("a"), "1")
        pins.answered("c", "4")
        self.assertEqual([pins.of(handle) for handle in "abc"], ["1", None, "4"])
        pins.pin("a", "5")
        self.assertEqual(pins.of("a"), "5")

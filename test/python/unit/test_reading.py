"""What is read of URLs, keys, messages and problems."""

import json
import unittest
from datetime import datetime, timezone

from clawcierge_agent import (
    ConnectionFailedError,
    InputIssue,
    OverloadedError,
    PlatformError,
    RateLimitedError,
    RequestRejectedError,
)
from clawcierge_agent._endpoints import checked_key, endpoints_of
from clawcierge_agent._rest import error_of
from clawcierge_agent._wire import Cancelled, Ping, Received, Refused, platform_message_of
from clawcierge_agent.errors import StorageFullError


class EndpointsTest(unittest.TestCase):
    def test_are_read_of_a_platform(self):
        plain = endpoints_of("http://localhost:8000/")
        self.assertEqual((plain.secure, plain.host, plain.port), (False, "localhost", 8000))
        self.assertEqual((plain.authority, plain.agent_id), ("localhost:8000", None))
        self.assertEqual(plain.channel_path("a b"), "/v1/agents/a%20b/ws")
        behind = endpoints_of("https://example.com/clawcierge/")
        self.assertEqual((behind.secure, behind.port), (True, 443))
        self.assertEqual(behind.path("/v1/info"), "/clawcierge/v1/info")
        self.assertEqual(endpoints_of("http://[::1]:8000").host, "::1")

    def test_are_read_of_an_agents_channel(self):
        channel = endpoints_of("wss://example.com/x/v1/agents/marius.exec/ws")
        self.assertEqual((channel.agent_id, channel.prefix), ("marius.exec", "/x"))

    def test_are_of_no_other_url_and_the_key_in_one_is_not_repeated(self):
        for url in (
            "localhost:8000",
            "ftp://x",
            "http://",
            "http://x:port",
            "http://h/?token=clw_agent_secret",
            "http://clw_agent_secret@h",
            "http://h/a b",
        ):
            with self.assertRaises(ValueError) as raised:
                endpoints_of(url)
            self.assertNotIn("secret", str(raised.exception))

    def test_a_key_that_fits_no_header_is_not_repeated_either(self):
        for key in ("", "clw_agent_secret\n", "clw agent secret", "clw_agent_secrét"):
            with self.assertRaises(ValueError) as raised:
                checked_key(key)
            self.assertNotIn("secr", str(raised.exception))
        self.assertEqual(checked_key("clw_agent_x"), "clw_agent_x")


class WireTest(unittest.TestCase):
    def read(self, **message):
        return platform_message_of(json.dumps(message))

    def test_a_delivery(self):
        message = self.read(
            type="request.received",
            request_id="r",
            action="a",
            params={"x": 1},
            sender_id="s",
            attempt=2,
            expires_at="2026-11-23T10:20:00.000Z",
            context_id="c",
            traceparent="00-1",
            tracestate="x=1",
            of_a_newer_platform=True,
        )
        self.assertIsInstance(message, Received)
        delivery = message.delivery
        self.assertEqual((delivery.request_id, delivery.action, delivery.attempt), ("r", "a", 2))
        self.assertEqual(delivery.params, {"x": 1})
        self.assertEqual(delivery.context_id, "c")
        instant = datetime(2026, 11, 23, 10, 20, tzinfo=timezone.utc)
        self.assertEqual(delivery.expires_at, instant)
        self.assertEqual(delivery.trace, {"traceparent": "00-1", "tracestate": "x=1"})

    def test_a_delivery_that_says_little(self):
        delivery = self.read(type="request.received", request_id="r", action="a").delivery
        self.assertEqual((delivery.params, delivery.attempt, delivery.expires_at), ({}, 1, None))

    def test_what_names_it_can_be_said_again(self):
        # A message that could not be encoded would end the agent, a header that could not the report.
        message = {"type": "request.received", "request_id": "r\ud800", "action": "a"}
        for traceparent in ("t\udc00", "t\r\nX: y", "t\u2713", ""):
            delivery = self.read(**message, traceparent=traceparent, tracestate="s").delivery
            self.assertEqual((delivery.request_id, delivery.trace), ("r\ufffd", {}))
        traced = self.read(**message, traceparent="t", tracestate="s\n").delivery
        self.assertEqual(traced.trace, {"traceparent": "t"})

    def test_what_else_comes(self):
        self.assertEqual(self.read(type="ping"), Ping())
        cancel = self.read(type="request.cancel", request_id="r", reason="Because.")
        self.assertEqual(cancel, Cancelled("r", "Because."))

    def test_an_error_says_whether_to_say_it_again(self):
        def kind_of(**error):
            message = self.read(type="error", request_id="r", message="No.", **error)
            self.assertIsInstance(message, Refused)
            return message.reply.kind

        self.assertEqual(kind_of(code="request_finished"), "finished")
        self.assertEqual(kind_of(code="request_not_found"), "finished")
        self.assertEqual(kind_of(code="invalid_message"), "refused")
        self.assertEqual(kind_of(code="invalid_message", status="failed"), "finished")
        self.assertEqual(kind_of(code="unavailable"), "not-now")
        self.assertEqual(kind_of(code="of_a_newer_platform"), "not-now")

    def test_what_is_not_known_is_ignored(self):
        incomplete = '{"type":"request.cancel"}'
        for text in ("", "{", "[]", "null", '{"type":"new"}', incomplete, "[" * 9999):
            self.assertIsNone(platform_message_of(text))


class ProblemTest(unittest.TestCase):
    HEADERS = {"content-type": "application/problem+json; charset=utf-8", "retry-after": "7"}

    def error(self, status, **problem):
        return error_of(status, self.HEADERS, json.dumps(problem).encode())

    def test_is_an_error_of_its_class_with_its_members(self):
        error = self.error(
            422,
            type="/docs#problem-request-rejected",
            detail="No.",
            stage="policy_engine",
            reason="Too many.",
            request_id="r",
            errors=[{"path": "params.n", "message": "is too large"}, "odd"],
        )
        self.assertIsInstance(error, RequestRejectedError)
        self.assertEqual((error.stage, error.kind), ("policy_engine", None))
        self.assertEqual(error.reason, "Too many.")
        self.assertEqual(error.issues, [InputIssue("params.n", "is too large")])
        self.assertEqual((str(error), error.status, error.retry_after), ("No.", 422, 7))

    def test_that_may_pass_is_a_failed_connection(self):
        error = self.error(503, type="/docs#problem-unavailable", detail="Soon.")
        self.assertIsInstance(error, ConnectionFailedError)
        self.assertEqual((error.retryable, error.retry_after), (True, 7))
        for status in (502, 503, 504):
            self.assertIsInstance(error_of(status, {}, b"<html>"), ConnectionFailedError)

    def test_of_too_much_to_do_says_so(self):
        error = self.error(503, type="/docs#problem-overloaded", detail="Soon.")
        self.assertIsInstance(error, OverloadedError)
        self.assertEqual((error.code, error.retryable, error.retry_after), ("overloaded", True, 7))

    def test_of_what_is_stored_names_the_bound(self):
        full = self.error(507, type="/docs#problem-storage-full", detail="No room.")
        self.assertIsInstance(full, StorageFullError)
        self.assertEqual((full.code, full.retryable), ("storage_full", False))
        over = self.error(429, type="/docs#problem-rate-limited", **{"violated-policies": ["storage"]})
        self.assertIsInstance(over, RateLimitedError)
        self.assertEqual((list(over.violated_policies), over.retry_after), (["storage"], 7))

    def test_of_another_kind_keeps_its_code(self):
        error = self.error(409, type="/docs#problem-brand-new", title="New")
        self.assertIsInstance(error, PlatformError)
        self.assertEqual((error.code, str(error)), ("brand_new", "New"))
        self.assertEqual(error_of(500, {}, b"").code, "http_500")
        self.assertEqual(error_of(400, self.HEADERS, b"[]").code, "http_400")

"""What an agent makes of the answers to what it reports by HTTP."""

import json
import unittest

from clawcierge_agent._channel import RawChannel, RawTransport
from clawcierge_agent._endpoints import endpoints_of
from clawcierge_agent._outcome import Completed
from clawcierge_agent._rest import Rest
from test_http import OK, Server


def problem(status, kind, **members):
    document = {"type": f"/docs#problem-{kind}", "detail": f"It is {kind}.", **members}
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 {status} No\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class ReportOverHttpTest(unittest.IsolatedAsyncioTestCase):
    async def reply_to(self, answer):
        async with Server(answer) as server:
            port = server.server.sockets[0].getsockname()[1]
            endpoints = endpoints_of(f"http://127.0.0.1:{port}")
            rest = Rest(endpoints, "clw_agent_x")
            transport = RawTransport(
                endpoints,
                "clw_agent_x",
                keep_alive=15,
                silence=45,
                max_message_bytes=65_536,
                ssl_context=None,
                rest=rest,
            )
            reply = await RawChannel(transport, None).report_over_http("r", Completed('"x"'))
            rest.close()
            return reply and (reply.kind, reply.path)

    async def test_is_taken(self):
        self.assertIsNone(await self.reply_to(OK.replace(b"ok", b"{}")))

    async def test_is_over_where_the_request_has_ended_by_whatever(self):
        errors = [{"path": "result.text", "message": "is too long"}]
        answer = problem(422, "invalid-result", errors=errors)
        self.assertEqual(await self.reply_to(answer), ("finished", "result.text"))
        for status, kind in ((409, "request-finished"), (404, "request-not-found")):
            self.assertEqual(await self.reply_to(problem(status, kind)), ("finished", None))

    async def test_is_refused_where_the_result_is_wrong(self):
        errors = [{"path": "result", "message": "is too deep"}]
        answer = problem(422, "invalid-input", errors=errors)
        self.assertEqual(await self.reply_to(answer), ("refused", "result"))
        self.assertEqual(await self.reply_to(problem(413, "body-too-large")), ("refused", None))

    async def test_is_said_again_where_that_may_help(self):
        for status, kind in (
            (503, "unavailable"),
            (429, "rate-limited"),
            (500, "internal-error"),
            (401, "unauthenticated"),
        ):
            self.assertEqual(await self.reply_to(problem(status, kind)), ("not-now", None))
        self.assertEqual(await self.reply_to(b"HTTP/1.1 502 No\r\n\r\n"), ("not-now", None))

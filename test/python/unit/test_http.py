"""HTTP as servers and proxies speak it, on a real port."""

import asyncio
import unittest

from clawcierge_agent import ConnectionFailedError
from clawcierge_agent._endpoints import endpoints_of
from clawcierge_agent._event_stream import Event, events_in
from clawcierge_agent._http import HttpClient


class Server:
    """Answers each connection's requests with the next of these bytes."""

    def __init__(self, *answers, keep=True):
        self.answers = list(answers)
        self.keep = keep
        self.asked = []
        self.connections = 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        self.client = HttpClient(endpoints_of(f"http://127.0.0.1:{port}"))
        return self

    async def __aexit__(self, *_):
        self.client.close()
        self.server.close()

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked.append(head.decode())
                writer.write(self.answers.pop(0))
                if not self.keep:
                    break
            await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def get(self, *, is_repeatable=True, timeout=5.0):
        return await self.client.call(
            "GET", "/x", headers={}, timeout=timeout, is_repeatable=is_repeatable
        )


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\n\r\nok"


class HttpClientTest(unittest.IsolatedAsyncioTestCase):
    async def test_reads_bodies_however_they_are_framed(self):
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"
        early = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        until_end = b"HTTP/1.1 404 Not Found\r\n\r\nto the end"
        async with Server(early + OK, chunked + chunks, until_end) as server:
            first = await server.get()
            self.assertEqual((first.status, first.body, first.headers["x-a"]), (200, b"ok", "1"))
            self.assertEqual((await server.get()).body, b"abc0123456789")
            last = await server.get()
            self.assertEqual((last.status, last.body), (404, b"to the end"))
            self.assertEqual(server.connections, 1)
            self.assertTrue(server.asked[0].startswith("GET /x HTTP/1.1\r\nHost: 127.0.0.1:"))

    async def test_asks_once_more_where_a_kept_connection_had_ended(self):
        async with Server(OK, OK, keep=False) as server:
            self.assertEqual((await server.get()).body, b"ok")
            self.assertEqual((await server.get()).body, b"ok")
            self.assertEqual(server.connections, 2)

    async def test_never_sends_over_a_used_connection_what_must_not_be_done_twice(self):
        async with Server(OK, OK) as server:
            await server.get()
            await server.get(is_repeatable=False)
            self.assertEqual(server.connections, 2)

    async def test_takes_nothing_that_is_no_answer(self):
        broken = (
            b"SSH-2.0\r\n\r\n",
            b"HTTP/1.1 xyz\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
            b"HTTP/1.1 200 OK\r\nContent-Length: -1x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"z" * 17_000_000,
        )
        for answer in broken:
            async with Server(answer, keep=False) as server:
                with self.assertRaises(ConnectionFailedError):
                    await server.get(is_repeatable=False)

    async def test_does_not_wait_for_ever(self):
        async with Server(b"", OK) as server:
            with self.assertRaisesRegex(ConnectionFailedError, "no answer in time"):
                await server.get(timeout=0.05)

    async def test_puts_no_line_break_into_a_header(self):
        async with Server(OK) as server:
            with self.assertRaisesRegex(ValueError, "line breaks"):
                await server.client.call(
                    "GET", "/", headers={"X": "a\r\nB: c"}, timeout=5, is_repeatable=True
                )
            with self.assertRaisesRegex(ValueError, "Latin-1"):
                await server.client.call(
                    "GET", "/", headers={"X": "\u2713"}, timeout=5, is_repeatable=True
                )
            self.assertEqual(server.asked, [])


class EventStreamTest(unittest.IsolatedAsyncioTestCase):
    async def test_reads_events_however_they_arrive(self):
        first = ": hello\n\nid: 3\r\nevent: request\ndata: {\"a\":\ndata: 1}\n\n"
        text = f"{first}data:x\n\nevent: none\n\n"

        async def parts():
            for byte in text.encode():
                yield bytes([byte])

        events = [event async for event in events_in(parts())]
        self.assertEqual(events, [Event("3", "request", '{"a":\n1}'), Event("3", "message", "x")])

    async def test_ends_where_an_event_has_no_end(self):
        async def lines_without_end():
            while True:
                yield b"data: " + b"x" * 65_000 + b"\n"

        async def a_line_without_end():
            while True:
                yield b"x" * 65_536

        for parts in (lines_without_end(), a_line_without_end()):
            with self.assertRaisesRegex(ConnectionFailedError, "no end"):
                await asyncio.wait_for(anext(events_in(parts)), 30)

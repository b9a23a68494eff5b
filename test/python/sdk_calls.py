"""Calls the Python SDK as lines of JSON on stdin ask for, and answers in lines on stdout.

sdk_calls.py URL; the key is in API_KEY. ``{"n": 1, "call": "submit", "args": [], "kwargs": {}}``
calls a method of a Sender, or a function of the package that takes URL and key, or only the URL
where ``"key"`` is false.
"""

import asyncio
import dataclasses
import json
import logging
import os
import sys

import clawcierge_agent
from clawcierge_agent import Capability, ClawciergeError, Hints, Policies, Rule, Sender

url, key = sys.argv[1], os.environ["API_KEY"]


def plain(value):
    if dataclasses.is_dataclass(value):
        return {**dataclasses.asdict(value)}
    return str(value)


def say(n, what, value):
    print(json.dumps({"n": n, what: value}, default=plain), flush=True)


def capability_of(fields):
    return Capability(**{**fields, "hints": Hints(**fields.get("hints", {}))})


def arguments_of(asked):
    """The documents that are published are classes of the package."""
    args, kwargs = asked.get("args", []), asked.get("kwargs", {})
    if asked["call"] == "publish_capabilities":
        args = [[capability_of(each) for each in args[0]]]
    elif asked["call"] == "publish_policies":
        rules = [Rule(**each) for each in args[0].pop("rules", [])]
        args = [Policies(rules, **args[0])]
    return args, kwargs


async def answer(sender, asked):
    args, kwargs = arguments_of(asked)
    name = asked["call"]
    try:
        if name in ("follow", "requests"):
            value = [each async for each in getattr(sender, name)(*args, **kwargs)]
        elif hasattr(sender, name):
            value = await getattr(sender, name)(*args, **kwargs)
        else:
            keys = [key] if asked.get("key", True) else []
            value = await getattr(clawcierge_agent, name)(url, *keys, *args, **kwargs)
        say(asked["n"], "answer", value)
    except (ClawciergeError, ValueError) as error:
        names = ("code", "status", "retryable", "retry_after", "stage", "kind", "reason", "issues",
                 "request_id", "handle", "violated_policies")
        fields = {name: getattr(error, name) for name in names if hasattr(error, name)}
        say(asked["n"], "error", {"name": type(error).__name__, "text": str(error), **fields})


async def main():
    logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(name)s %(message)s")
    reader = asyncio.StreamReader(limit=1024 * 1024)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    options = json.loads(os.environ.get("SENDER_OPTIONS", "{}"))
    async with Sender(url, key, **options) as sender, asyncio.TaskGroup() as calls:
        while line := await reader.readline():
            calls.create_task(answer(sender, json.loads(line)))


asyncio.run(main())

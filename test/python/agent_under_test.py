"""An agent of the Python SDK that says what happens to it, in lines of JSON on stdout.

agent_under_test.py URL OPTIONS; the key is in AGENT_KEY. Its work waits at a gate until a line
``{"do": "open"}`` comes on stdin, unless the params say otherwise.
"""

import asyncio
import json
import logging
import os
import sys
import threading

from clawcierge_agent import Agent, AgentStoppedError, Content, Failure, Policies, Rule, Text

options = json.loads(sys.argv[2])
wants_stop = options.pop("until", "signal") == "told"
publish = options.pop("publish", False)
if "policies" in options:
    policies = options.pop("policies")
    options["policies"] = Policies([Rule(**rule) for rule in policies["rules"]])

gate = asyncio.Event()
gate_of_threads = threading.Event()
connected_once = threading.Event()
loop = None


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def connected():
    global loop
    loop = asyncio.get_running_loop()
    connected_once.set()
    say("connected")


agent = Agent(
    sys.argv[1],
    os.environ["AGENT_KEY"],
    on_connected=connected,
    on_disconnected=lambda verdict, retry_in: say(
        "disconnected",
        code=verdict.code,
        retry=verdict.retry,
        reason=verdict.reason,
        retry_in=retry_in,
    ),
    on_stopped=lambda error: say("turned away", code=error.close_code),
    **options,
)


@agent.action("work.do", params_schema={"type": "object"})
async def work(request):
    """Does what its params say.

    This is not for senders.
    """
    say("entered", id=request.id, attempt=request.attempt, sender=request.sender_id)
    try:
        match request.params.get("do", "wait"):
            case "echo":
                return {"params": request.params, "seconds_left": request.seconds_left > 0}
            case "fail":
                raise Failure("no_room", "No room is free.")
            case "crash":
                raise RuntimeError("db-7.internal refused the password")
            case "nan":
                return {"value": float("nan")}
            case "content":
                return Content([Text("Done.")], structured={"n": 1})
            case "large":
                text = "x" * request.params["size"]
                return {request.params["in"]: text} if "in" in request.params else text
        for n in range(1, request.params.get("steps", 0) + 1):
            request.progress(n, total=1_000, message=f"Step {n}")
        await gate.wait()
        return {"attempt": request.attempt}
    except asyncio.CancelledError:
        say("cancelled", id=request.id, reason=request.cancelled.reason)
        raise


@agent.action("work.blocking", description="Blocks a thread.")
def blocking(request):
    say("entered", id=request.id, thread=threading.current_thread() is not threading.main_thread())
    if request.params.get("do") == "crash":
        raise ValueError("of a thread")
    request.progress(0.5)
    while not gate_of_threads.is_set():
        if request.cancelled.wait_blocking(0.01):
            say("cancelled", id=request.id, reason=request.cancelled.reason)
            return None
    return {"from": "a thread"}


def listen():
    """Does what the lines on stdin say, once there is an event loop."""
    connected_once.wait()
    for line in sys.stdin:
        told = json.loads(line)
        if told["do"] == "open":
            loop.call_soon_threadsafe(gate.set)
            gate_of_threads.set()
        elif told["do"] == "stop":
            asyncio.run_coroutine_threadsafe(stop(told.get("drain", 10)), loop)


async def stop(drain):
    await agent.stop(drain=drain)
    say("stopped")


def main():
    threading.Thread(target=listen, daemon=True).start()
    logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(name)s %(message)s")
    try:
        if wants_stop:
            asyncio.run(agent.serve(publish=publish))
        else:
            agent.run(publish=publish, drain=5)
    except AgentStoppedError:
        sys.exit(3)


main()

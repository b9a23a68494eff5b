"""A client of the documented protocol, written for the original server: Python's standard library and websockets.

Registers an agent and a sender, uploads the contract, connects with ?token=, sends a request, acks and answers it,
and polls for its result. Prints one JSON object with what it saw. Knows no field that the README does not show.
"""

import asyncio
import json
import sys
import time
import urllib.error
import urllib.request

import websockets

DEADLINE_SECONDS = 20

base = sys.argv[1]
handle = sys.argv[2]


def call(method, path, body=None, key=None):
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


CAPABILITIES = {
    "capabilities": [
        {
            "action": "calendar.schedule",
            "params_schema": {
                "type": "object",
                "required": ["title", "duration_minutes"],
                "properties": {
                    "title": {"type": "string"},
                    "duration_minutes": {"type": "integer", "minimum": 15},
                },
            },
            "constraints": {"max_duration_minutes": 120},
        }
    ]
}


async def agent(agent_id, key, connected):
    """Serves requests until it is cancelled, as the original's example agent does."""
    url = f"{base.replace('http', 'ws', 1)}/v1/agents/{agent_id}/ws?token={key}"
    async with websockets.connect(url) as channel:
        connected.set()
        async for text in channel:
            message = json.loads(text)
            if message["type"] == "ping":
                await channel.send(json.dumps({"type": "heartbeat"}))
            elif message["type"] == "request.received":
                request_id, params = message["request_id"], message["params"]
                await channel.send(json.dumps({"type": "ack", "request_id": request_id}))
                refused = params["title"] == "Impossible"
                answer = {
                    "type": "action.result",
                    "request_id": request_id,
                    "status": "error" if refused else "completed",
                    "result": None if refused else {"event_id": "evt-1", "title": params["title"]},
                    "error": "No room is free" if refused else None,
                }
                await channel.send(json.dumps(answer))


async def send_and_poll(key, title):
    loop = asyncio.get_running_loop()
    body = {"action": "calendar.schedule", "params": {"title": title, "duration_minutes": 30}}
    status, submitted = await loop.run_in_executor(None, call, "POST", f"/v1/agents/{handle}/requests", body, key)
    assert status == 202, (status, submitted)
    until = time.monotonic() + DEADLINE_SECONDS
    while True:
        status, polled = await loop.run_in_executor(None, call, "GET", f"/v1/requests/{submitted['id']}", None, key)
        assert status == 200, (status, polled)
        if polled["status"] in ("completed", "failed"):
            return {"submitted": submitted["status"], "polled": polled}
        assert time.monotonic() < until, polled
        await asyncio.sleep(0.05)


async def main():
    assert call("GET", "/health") == (200, {"status": "ok"})
    status, registered = call("POST", "/v1/agents", {"display_name": "Marius Exec", "handle": handle})
    assert status == 201, (status, registered)
    agent_id, agent_key = registered["id"], registered["api_key"]
    status, contract = call("PUT", f"/v1/agents/{agent_id}/capabilities", CAPABILITIES, agent_key)
    assert status == 200, (status, contract)
    rules = {"rules": [{"condition": 'sender_id == "blocked-user-id"', "action": "reject", "reason": "Blocked"}]}
    status, policies = call("PUT", f"/v1/agents/{agent_id}/policies", rules, agent_key)
    assert status == 200, (status, policies)
    status, offline = call("POST", f"/v1/agents/{handle}/requests", {
        "action": "calendar.schedule", "params": {"title": "Standup", "duration_minutes": 30},
    }, agent_key)
    connected = asyncio.Event()
    serving = asyncio.create_task(agent(agent_id, agent_key, connected))
    await asyncio.wait_for(connected.wait(), DEADLINE_SECONDS)
    status_resolved, resolved = call("POST", "/v1/directory/resolve", {"handle": handle})
    assert status_resolved == 200, resolved
    completed = await send_and_poll(agent_key, "Standup")
    failed = await send_and_poll(agent_key, "Impossible")
    rejected, problem = call("POST", f"/v1/agents/{handle}/requests", {"action": "email.send", "params": {}}, agent_key)
    serving.cancel()
    print(json.dumps({
        "registered": registered["status"],
        "offline": status,
        "resolved": resolved["status"],
        "completed": completed,
        "failed": failed,
        "rejected": rejected,
        "stage": problem["stage"],
    }))


asyncio.run(main())

"""Many calls at once through one client, with its own defaults; with "each", a client for each call, in turn.
Exit code: 0 when all were answered, 10 when some failed, 3 when the package is missing. Needs httpx or aiohttp.

    overlap trace --latency 100ms -- python3 docs/python/many_calls.py httpx shared 100
    overlap trace --latency 100ms -- python3 docs/python/many_calls.py aiohttp shared 300
    overlap trace --latency 10ms -- python3 docs/python/many_calls.py httpx each 10
"""

import asyncio
import os
import sys

package, mode, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
url = os.environ["OVERLAP_URL"] + "/json"

try:
    if package == "httpx":
        import httpx
    else:
        import aiohttp
except ImportError:
    sys.exit(3)


def new_client():
    return httpx.AsyncClient() if package == "httpx" else aiohttp.ClientSession()


async def call(client):
    if package == "httpx":
        return (await client.get(url)).status_code == 200
    async with client.get(url) as answer:
        await answer.read()
        return answer.status == 200


async def call_alone(_):
    async with new_client() as client:
        return await call(client)


async def main():
    if mode == "each":
        return [await call_alone(number) for number in range(calls)]
    async with new_client() as client:
        if mode == "in-turn":
            return [await call(client) for _ in range(calls)]
        return await asyncio.gather(*(call(client) for _ in range(calls)), return_exceptions=True)


results = asyncio.run(main())
sys.exit(0 if all(result is True for result in results) else 10)

"""The same calls, gathered: their waits overlap on one thread. Needs httpx.

    overlap trace -- python3 docs/python/httpx_gather.py
"""

import asyncio
import os

import httpx

url = os.environ["OVERLAP_URL"] + "/json"


async def call(client, number):
    answer = await client.get(url)
    print(number, answer.status_code)


async def main():
    async with httpx.AsyncClient() as client:
        await asyncio.gather(*(call(client, number) for number in range(3)))


asyncio.run(main())

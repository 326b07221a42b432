"""The same with aiohttp: one session for all calls. Needs aiohttp.

    overlap trace -- python3 docs/python/aiohttp_gather.py
"""

import asyncio
import os

import aiohttp

url = os.environ["OVERLAP_URL"] + "/json"


async def call(session, number):
    async with session.get(url) as answer:
        await answer.read()
        print(number, answer.status)


async def main():
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(call(session, number) for number in range(3)))


asyncio.run(main())

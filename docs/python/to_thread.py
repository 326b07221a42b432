"""A blocking client under asyncio: to_thread gives each call a thread of the pool to block. Needs requests.

    overlap trace -- python3 docs/python/to_thread.py
    overlap trace -- python3 docs/python/to_thread.py 2
"""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import requests

url = os.environ["OVERLAP_URL"] + "/json"
workers = int(sys.argv[1]) if len(sys.argv) > 1 else 4


def call(number):
    print(number, requests.get(url).status_code)


async def main():
    # to_thread takes the loop's default executor.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(workers))
    await asyncio.gather(*(asyncio.to_thread(call, number) for number in range(8)))


asyncio.run(main())

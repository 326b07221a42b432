"""Exercise 2 of the workshop in Python: all calls at once, on one thread.

Check it with: overlap exercise check 2 -- python3 docs/python/three_calls.py
"""

import asyncio
import os
from urllib.parse import urlsplit

server = urlsplit(os.environ["OVERLAP_URL"])


async def get(path):
    reader, writer = await asyncio.open_connection(server.hostname, server.port)
    request = f"GET {path} HTTP/1.1\r\nHost: {server.netloc}\r\nConnection: close\r\n\r\n"
    writer.write(request.encode())
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.read()  # to the end: the server closes the connection
    writer.close()
    if b" 200 " not in head.split(b"\r\n")[0]:
        raise RuntimeError(f"{path}: {head.decode()}{body.decode()}")
    return body.decode()


async def main():
    keys = (await get("/tasks")).split()
    prices = await asyncio.gather(*(get("/call/" + key) for key in keys))
    await get("/report?values=" + ",".join(prices))


asyncio.run(main())

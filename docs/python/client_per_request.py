"""A new client for each call opens a new connection for each call; one client for all keeps its connection.
Needs httpx.

    overlap trace -- python3 docs/python/client_per_request.py
    overlap trace -- python3 docs/python/client_per_request.py shared
"""

import os
import sys

import httpx

url = os.environ["OVERLAP_URL"] + "/json"


def one_client_per_request():
    for number in range(3):
        with httpx.Client() as client:
            print(number, client.get(url).status_code)


def one_client_for_all():
    with httpx.Client() as client:
        for number in range(3):
            print(number, client.get(url).status_code)


if sys.argv[1:] == ["shared"]:
    one_client_for_all()
else:
    one_client_per_request()

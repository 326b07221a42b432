"""Calls in a loop: each waits for the one before. Needs requests.

    overlap trace -- python3 docs/python/requests_loop.py
"""

import os

import requests

url = os.environ["OVERLAP_URL"] + "/json"

for number in range(3):
    answer = requests.get(url)
    print(number, answer.status_code)

"""Fetches a URL and prints the status."""

import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1]) as response:
    print(response.status, len(response.read()))

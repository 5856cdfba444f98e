"""Whether the web process of this container can do its work: what its /health/ answers."""

import os
from urllib.request import Request, urlopen

host = os.environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0].lstrip(".")
request = Request("http://127.0.0.1:8000/health/", headers={"Host": host})
urlopen(request, timeout=8)  # noqa: S310 -- an error is the answer

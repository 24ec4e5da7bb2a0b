"""`python -m deploy.local.fetch`: get what the tests need besides Python packages, ahead of them.

What the environment names (MONGODB_URL, KAFKA_BOOTSTRAP) or a Docker engine provides isn't fetched.
"""

import argparse
import os
import sys

from deploy.local import chromium
from deploy.local.containers import engine_answers
from deploy.local.fetch_kafka import java, kafka_libraries
from deploy.local.fetch_mongod import mongod
from deploy.local.trouble import Trouble


def fetch(browser: bool) -> None:
    """Get everything.

    Raises:
        Trouble: something can't be had here.
    """
    if not engine_answers():
        if not os.environ.get("MONGODB_URL"):
            mongod()
        if not os.environ.get("KAFKA_BOOTSTRAP"):
            java()
            kafka_libraries()
    if browser:
        chromium.install()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-browser", action="store_true")
    try:
        fetch(browser=not parser.parse_args().no_browser)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)

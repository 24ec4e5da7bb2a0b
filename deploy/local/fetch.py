"""`python -m deploy.local.fetch`: get what the tests need besides Python packages, ahead of them.

Where a Docker engine has MongoDB and Kafka, they aren't fetched. Where only the environment names them, they are: some
tests kill their servers, and for that they need their own.
"""

import argparse
import sys

from deploy.local import chromium
from deploy.local.containers import usable
from deploy.local.fetch_icaljs import icaljs
from deploy.local.fetch_kafka import java, kafka_libraries
from deploy.local.fetch_mongod import mongod
from deploy.local.trouble import Trouble


def fetch(browser: bool) -> None:
    """Get everything.

    Raises:
        Trouble: something can't be had here.
    """
    if not usable(pull=True):
        mongod()
        java()
        kafka_libraries()
    if browser:
        chromium.install()
        icaljs()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-browser", action="store_true")
    try:
        fetch(browser=not parser.parse_args().no_browser)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)

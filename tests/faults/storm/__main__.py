"""`python -m tests.faults.storm --seed 1 --faults 100`: one storm, a line for each fault, and what the audit found."""

import argparse
import asyncio
import sys

from deploy.local.servers import Servers
from tests.faults.scenarios.site import Site
from tests.faults.storm.storm import rage


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.storm", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which schedule")
    parser.add_argument("--faults", type=int, default=100, help="how many faults")
    arguments = parser.parse_args()
    servers = Servers()
    site = Site(servers)
    try:
        found = asyncio.run(rage(site, arguments.seed, arguments.faults, say=lambda line: print(line, flush=True)))
    finally:
        site.close()
        servers.close()
    print("\n".join(found) or "nothing is lost, invented, doubled or stale")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.faults.scenarios NAME… --seeds 20`: play scenarios again and again, and print how each went."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from deploy.local.servers import Servers
from tests.faults.scenarios.playing import SCENARIOS, Played, play
from tests.faults.scenarios.site import Site


def main() -> int:
    arguments = _arguments()
    names = [name for name in SCENARIOS if "all" in arguments.name or name in arguments.name]
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    servers = Servers()
    site = Site(servers)
    try:
        played = asyncio.run(_play(site, names, seeds))
    finally:
        site.close()
        servers.close()
    failed = [each for each in played if each.wrong]
    print(f"\n{len(played) - len(failed)} of {len(played)} held; logs in {site.folder}")
    return 1 if failed else 0


async def _play(site: Site, names: Sequence[str], seeds: range) -> list[Played]:
    played = []
    print(f"{'scenario':32} {'seed':>6} {'seconds':>8}  outcome")
    for name in names:
        for seed in seeds:
            each = await play(site, name, seed)
            print(f"{name:32} {seed:6} {each.seconds:8.1f}  {each.wrong or 'held'}", flush=True)
            played.append(each)
    return played


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.scenarios", description=__doc__)
    parser.add_argument("name", nargs="+", choices=["all", *SCENARIOS], help="which to play")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--seed", type=int, default=1, help="the first of them")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

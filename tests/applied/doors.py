"""What listens, read from the tables of the kernel: `/proc/net/tcp` of whoever is asked."""

_LISTENING = "0A"
READ = "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null"
"""The command that prints the tables, for a shell in a container."""

KNOCK = """
import socket, sys
for place in sys.argv[1:]:
    host, _, port = place.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 2).close()
    except OSError:
        continue
    print(place)
"""
"""A program in Python that prints those of the places it is given at which somebody opens."""


def listening(tables: str) -> set[int]:
    """The ports that others than the machine itself reach, in what `READ` printed."""
    found = set()
    for line in tables.splitlines():
        words = line.split()
        if len(words) > 3 and words[3] == _LISTENING:
            address, _, port = words[1].rpartition(":")
            if not _is_loopback(address):
                found.add(int(port, 16))
    return found


def _is_loopback(address: str) -> bool:
    """Of IPv4 the last two digits are the first part of the address; of IPv6 the words are turned round one by one."""
    if len(address) == 8:
        return address.endswith("7F")
    return address in ("00000000000000000000000001000000", "0000000000000000FFFF00000100007F")

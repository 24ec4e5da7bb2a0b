"""Processes of services that tests start by the hundred, forked from one that has everything imported.

A start of the four services costs four seconds of processor time for imports alone. The fork server pays them once for
each process of pytest; what it forks runs the same command (`python -m services run …`) with arguments, environment,
log and signals of its own, and is a process as any other: it may be killed, frozen and waited for. The demo, its tests
and the benchmarks start services without it, as an operator does.
"""

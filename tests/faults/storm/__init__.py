"""Weather: a random schedule of faults over two replicas of every service, three members of the store and a broker.

`python -m tests.faults.storm --seed 1 --faults 100` goes on for about ten minutes and ends with an audit. The same seed
gives the same schedule of the same faults; what they meet depends on the machine.
"""

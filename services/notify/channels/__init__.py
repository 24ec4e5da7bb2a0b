"""Channels: the ways by which words leave the house.

`gateways` says what a gateway is and can answer, `pacing` how much it may be given; `email` is the one for mail.
"""

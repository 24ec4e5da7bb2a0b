"""Channels: the ways by which messages are sent to people and other systems.

`gateways` defines a gateway and its answers, `pacing` limits how much one is given, and `accounts` knows those that
must rest or be put right. `email` is the gateway for mail, which `mail_page` lays out; `sms` and `wecom` are those for
phones, `end_points` those for webhooks, for `robots` of groups and for the `long_tail` of other services, whose
addresses `sealing` seals. `calling` calls providers over HTTP, and `trial` answers trial recipients without sending.
"""

"""Channels: the ways by which words leave the house.

`gateways` says what a gateway is and can answer, `pacing` how much it may be given. `email` is the one for mail, which
`mail_page` lays out; `sms` and `wecom` are those for phones, `end_points` those for webhooks, for `robots` of groups
and for the `long_tail` of others, whose addresses `sealing` seals. `calling` calls providers over HTTP, and `trial`
answers trial recipients in the house.
"""

"""Care: regular help that is promised to elders by care plans.

`readings` is the record of who was told where an elder lives. `possible` tells which commands a caller may give to a
care plan now.
"""

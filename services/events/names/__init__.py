"""Names (名称): what people call venues, buildings, hosts and kinds, beside their codes and ids.

`words` are the names of kinds. Teams, units and buildings are copied from the services that know them.
"""

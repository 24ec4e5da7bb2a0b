"""The calendar of the country (节假日, 调休), for all services alike: which days are worked, and which are holidays.

- `statutory`: the holidays that the law gives to a year.
- `days`: what holds of a day: the arrangement that was loaded for its year, else what was announced, else the law.
- `holidays`: the arrangements that this process knows, by community.
"""

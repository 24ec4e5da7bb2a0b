"""Open311 GeoReport v2, as its readers and writers speak it: a dialect of the service's own API.

Everybody reads, and sees what is public: cases of public categories, the titles that workers gave them, public places.
Who writes has a key, given to a system by an operator. XML and JSON say the same, by the Spark mapping.
"""

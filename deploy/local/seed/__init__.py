"""The demo data: 阳光社区 as a newspaper described it, loaded through the public HTTP API and by nothing else.

Each part looks at what the API shows and asks for what is missing. So it may be killed anywhere and run again, on the
same day or another: it finishes what it began and doubles nothing; what lies in the past by then is topped up.
What people have done with the data meanwhile stands.
"""

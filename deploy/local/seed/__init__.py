"""The demo data: 阳光社区 as a newspaper described it, loaded through the public HTTP API and by nothing else.

It is a story of the five weeks before the day of loading (`story`, `scenes`), told on the clock that the services
follow. Each scene looks at what the API shows and asks for what is missing. So the loader may be killed anywhere and
run again, on the same day or another: it finishes what it began and doubles nothing. Once the story is told, only what
lies ahead is topped up, and what people have done with the data stands.
"""

"""Names (名称): what people call buildings, categories of cases, kinds of work and skills (`words`). Buildings and
categories are copied from the service that knows them.
"""

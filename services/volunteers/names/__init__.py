"""Names (名称): what people call the buildings in which help is given, copied from the service that knows them."""

"""The border: HTTP in, problem details out. Every service's gateway is made by `create_app`."""

"""Identity for real: Keycloak with the realm of deploy/keycloak. `make identity`; it takes some minutes."""

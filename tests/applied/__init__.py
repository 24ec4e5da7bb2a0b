"""What the applied runs (`make test-compose`, `make kubernetes`) share: table, versions of images, open doors."""

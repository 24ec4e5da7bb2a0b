"""Activities: what takes place, when and where, with its seats, its helpers and its desk."""

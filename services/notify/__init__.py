"""Who is told what, and the notice board that everybody may read."""

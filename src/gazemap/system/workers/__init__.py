"""Tasks that do not depend on each other, done by processes or by Ray; workers that die are replaced."""

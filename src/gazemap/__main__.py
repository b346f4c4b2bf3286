"""`python -m gazemap` is the command `gazemap`."""

from gazemap.cli import main

if __name__ == "__main__":
    main()

"""The command line `selfeval`, run by `python -m selfeval_xl`."""

from selfeval_xl.cli import main

if __name__ == "__main__":
    main()

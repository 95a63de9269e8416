"""`python -m selfeval_xl` is `selfeval`."""

from .cli import main

if __name__ == "__main__":
    main()

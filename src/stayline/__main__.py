"""``python -m stayline`` is the ``stayline`` command."""

from stayline.cli.app import main

if __name__ == "__main__":
    main()

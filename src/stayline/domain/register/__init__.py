"""What an organisation keeps on record about its use of scores, one kind an entry type.

Each is a frozen value with a ``subject``: the token or the person's or thing's id that it is about.
"""

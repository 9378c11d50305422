"""Obsidian's Bases: tables, lists and cards of a vault's files, told by a ``.base`` file or a ``base`` code block.

One module a matter: :mod:`.source` reads the YAML, :mod:`.syntax` the expressions in it, :mod:`.evaluate` computes
them with :mod:`.functions` on :mod:`.values`, :mod:`.files` knows the vault's files, :mod:`.views` filters, sorts and
groups them. :mod:`convert.link.bases` prints what comes out. Source of the rules: Obsidian help, Bases syntax,
Functions, Views.
"""

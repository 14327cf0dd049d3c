"""What each error and warning means: cause, example and cure, as data in the `.toml` files of this folder.

Every code that ltxspec reports has an entry, and no other has one; a test compares them. The files are read only when
something is explained.
"""

"""The one comment of a change on its forge: GitHub pull requests and GitLab merge requests.

`port.py` says what a forge must be able to do, `github.py` and `gitlab.py` do it, `sticky.py` keeps it one comment.
"""

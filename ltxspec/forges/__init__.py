"""The single comment on a change at its forge: GitHub pull requests and GitLab merge requests.

`port.py` defines what a forge must support, `github.py` and `gitlab.py` implement it, `sticky.py` keeps one comment.
"""

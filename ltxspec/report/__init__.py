"""Reports: text for terminals, JSON for programs, Markdown for reviewers.

Views turn values into text and make no decisions. Only the views of a running apply write, to the streams they are
given. Each kind of report is one file; `formats.py` lists the formats of a plan.
"""

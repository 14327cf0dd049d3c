"""Telling it: to people in a terminal, to programs as JSON, to reviewers as Markdown.

Views turn values into text; they decide nothing. Only the views of a running apply write, to streams they are given.
Each kind of report is one file; `formats.py` names the forms of a plan.
"""

"""The storyboard: one HTML page with the videos, prompts and costs of a change. It works from disk, without a network.

models.py     input of the page besides the review: the videos, linked or embedded
cards.py      what the page shows about each shot
joins.py      where shots follow from others, frame beside frame
players.py    the videos of a shot, side by side, or the text instead of them
prompts.py    the prompt and parameters of a shot, compared
page.py       the page, piece by piece
templates.py  templates, and the escaping of text
assets/       HTML, CSS and JavaScript of the page, used unchanged

The page is closed: its content security policy lets it load only its own pictures and videos.
"""

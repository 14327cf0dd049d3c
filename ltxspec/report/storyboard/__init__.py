"""The storyboard: one HTML page that shows how a change looks, reads and costs. It works from disk, without a network.

models.py     what the page is given besides the review: the videos, and whether they lie beside it or in it
cards.py      a review as what the page says of each shot
players.py    its videos, side by side, or what to say in their place
prompts.py    its prompt and parameters, compared
page.py       the page, piece by piece
templates.py  what makes text harmless in it
assets/       its HTML, CSS and JavaScript, used as they stand

The page is closed: its content security policy lets it load nothing but pictures and videos that are its own.
"""

"""The storyboard: one HTML page that shows how a change looks, reads and costs. It works from disk, without a network.

models.py   what the page is given besides the review: the videos, and whether they lie beside it or in it
cards.py    a review as what the page says of each shot
prompts.py  prompts and parameters, compared
page.py     the page, piece by piece
assets/     its HTML, CSS and JavaScript, used as they stand: page.html.j2, shot.html.j2, page.css, *.js

The page is closed: its content security policy lets it load nothing but pictures and videos that are its own.
"""

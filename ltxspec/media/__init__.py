"""Videos: write playable animatics, check downloads, extract stills.

specs.py      the content of an animatic
animatic.py   writes one
drawing.py    the picture: generated or given, drifting, with burned-in text
layout.py     where its captions are
titles.py     the captions that do not change
frost.py      removes the captions of an earlier animatic
lettering.py  fonts, wrapping, the running clock
sound.py      its soft chord
encoding.py   planes and samples into MP4, MOV or WEBM
containers.py the outermost layer of a file
film.py       clips joined to one film
footage.py    pictures and sound of a finished video, for a film
probe.py      properties of a file, and whether it is complete
stills.py     single frames as JPEG, for storyboards
comparison.py stills of two videos at the same times
contact_sheet.py  before and after of many shots in one picture

PyAV and Pillow are imported inside the functions that need them, because planning never does.
"""

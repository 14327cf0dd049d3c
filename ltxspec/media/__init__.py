"""Videos: write playable animatics, check downloads, extract stills.

specs.py      the content of an animatic
backdrop.py   its background
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
slate.py      what a film says of each shot, with running time codes
cadence.py    frame rates as editing programs need them
footage.py    pictures and sound of a finished video, for a film
probe.py      properties of a file, and whether it is complete
checking.py   checks finished videos, in processes of their own (worker.py) if there are many
measure.py    how long a video is black, frozen or silent
looking.py    images, sounds and videos before they are sent
frames.py     one exact frame, for a model to begin with
stills.py     single frames as JPEG, for storyboards
key_frames.py times at which a still costs little
compact.py    smaller pictures for pages
comparison.py stills of two videos at the same times
contact_sheet.py  before and after of many shots in one picture
labels.py     C2PA manifests: "made by AI"
signing.py    the certificates and keys that sign them

PyAV and Pillow are imported inside the functions that need them, because planning never does.
"""

"""Videos: write playable animatics, check what was downloaded, cut stills out of it.

specs.py      what an animatic is to show
animatic.py   writes one
drawing.py    the picture: generated or given, drifting, with words burned in
lettering.py  fonts, wrapping, the running clock
sound.py      its soft chord
encoding.py   planes and samples into MP4, MOV or WEBM
containers.py the outermost layer of a file
probe.py      what a file holds, and whether it is whole
stills.py     single frames as JPEG, for storyboards
comparison.py stills of two videos at the same times
contact_sheet.py  before and after of many shots in one picture

PyAV and Pillow are imported inside the functions that need them: planning never does.
"""

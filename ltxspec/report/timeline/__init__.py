"""Films as timelines of editing programs: the shots in order, as data, OpenTimelineIO, CMX 3600 and tables."""

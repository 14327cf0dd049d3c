"""What each model accepts, its defaults and its prices. The data is in `schemas/models/`; no model is named in code."""

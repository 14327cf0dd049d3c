"""Render specs for AI video: what Terraform is to servers, for paid video shots.

The story in one line, with the file that owns each step:

    spec         what the user wants                     spec/parsing.py, spec/expansion.py
    render       from wishes to requests                 render/requests.py (catalog/ knows the models)
    fingerprint  request -> fingerprint -> task UUID     fingerprint.py
    plan         the difference to what is owned, data   plan/planner.py
    apply        the one place where money moves         apply/engine.py
    lock         what was bought, and for which request  lock/models.py, lock/journal.py
    report       telling it                              report/

Everything up to the plan is a pure function of text. `apply` reaches the world only through the protocols in
`apply/ports.py`. Whatever reads or changes a project on disk is a use case in `project/`, under the locks of what it
changes (`project/locks.py`); `project/adapters.py` chooses the real adapters. `cli/` reads options, calls and prints.
"""

__version__ = "0.1.0"

"""What the serving process runs: the application, and the background worker beside it.

What is there once it has started stays, so the garbage collector need not go through it again and again.
"""

import gc

from flask import Flask

from app import reminding
from app.factory import create_app
from certificates.jobs import counts, drawing, photos, printing
from core.jobs import Worker
from exam import jobs as exam_jobs

WORK = (counts, drawing, photos, printing, exam_jobs, reminding)  # importing them tells the worker what it can do


def application() -> Flask:
    """Build the application in the serving process and start its worker."""
    app = create_app()
    Worker().start()
    gc.freeze()
    return app

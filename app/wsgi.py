"""What the serving process runs: the application, and the background worker beside it.

What is there once it has started stays, so the garbage collector need not go through it again and again.
"""

import gc

from flask import Flask

from app import reminding
from app.factory import create_app
from certificates import jobs as certificate_jobs
from core.jobs import Worker
from exam import jobs as exam_jobs

WORK = (certificate_jobs, exam_jobs, reminding)  # importing them tells the worker what it can do


def application() -> Flask:
    """Build the application in the serving process and start its worker."""
    app = create_app()
    Worker().start()
    gc.freeze()
    return app

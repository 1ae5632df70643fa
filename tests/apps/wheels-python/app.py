# SPDX-License-Identifier: LGPL-2.1-or-later
"""No Procfile: the python pack finds gunicorn and this `app`."""

import os

import gunicorn


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"gunicorn {gunicorn.__version__} serves {os.environ.get('PAAS_APP', 'nobody')}\n".encode()]

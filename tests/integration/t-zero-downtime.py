#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Deploys, changes and upgrades under load: nobody outside notices. The long form, with its table, is `make bench`."""
# needs: fresh
# timeout: 400
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from disturb import *
from loadlib import Load
from paaslab import *

RATE, WEBSOCKETS, DOWNLOADS = 150, 20, 6      # what a busy machine with a sanitized paasd can do as well
setup_paas()
new_app('steady')
app = Steady('steady')
app.deploy()
app.scale(2)
# a WebSocket outlives all of it; a download ends in time
must(paas('settings:set', 'drain-timeout=12s', 'upgrade-drain-timeout=1h', 'max-draining=100', 'rollback-window=0', '-a', 'steady'))
install = upgrade_package(run(LAB, 'deb', '--suite', SUITE, '--flavour', FLAVOUR).stdout.split()[-1])


def scale():
    app.scale(3)
    app.scale(1)      # half of the WebSockets are the second one's: that does not wait for them
    app.scale(2)


def kept():
    """The processes that an upgrade of the package must leave alone; those that drain may end."""
    return [pid for pid in map(main_pid, app.units()) if pid != '0'] + [main_pid('paas-router.service')]


load = Load('steady', RATE, WEBSOCKETS, DOWNLOADS, ('--bytes', '32768'))      # a download takes eight seconds
QUIET = (('scaling', scale), ('a deploy', app.deploy), ('a config change', app.config), ('a rollback', app.rollback),
         ('ps:restart', app.restart), ('a reload of the router', reload_router), ('daemon-reexec', reexec_systemd),
         ('kill -9 of paasd', kill_paasd), ('an upgrade of the package', install))
for name, happens in QUIET:
    before = kept()
    with load.span(name) as span:
        happens()
    if happens == install:
        check('the upgrade restarts no process of an application and not the router', set(kept()) <= set(before) and len(kept()) > len(app.processes()), before, kept())
with load.span('a restart of the router') as restart:
    restart_router()
    until('the router is back', router_ready)
with load.span('kill -9 of an instance') as killed:
    killed.broken = app.kill_instance()
    until('it has been started again', lambda: all(p['state'] == 'up' for p in app.processes()))
with load.span('kill -9 of HAProxy') as crashed:
    crashed.broken, crashed.held = kill_router_worker(), True
with load.span('afterwards') as after:
    until('it answers', lambda: ask('steady') == 'steady\n')
account = load.end()
print('# the generator: %s' % account)
for s in load.spans:
    print('# %-28s %6d requests, %d failed, %d long ones lost, p50 %.1f ms, p99 %.1f ms' % (s.name, s.requests, s.failed, s.lost, s.p50, s.p99))
for s in load.spans[:len(QUIET)]:
    check('%s: no request fails, no long connection is lost' % s.name, s.requests > 0 and s.failed == s.lost == 0, *s.explain())
check('a restart of the router: no request fails', restart.requests > 0 and restart.failed == 0, *restart.explain())
for s in killed, crashed:
    check('%s: no request fails but those in flight' % s.name, s.broken and s.later == 0, *s.explain())
check('the others keep their connections when an instance is killed', killed.lost < WEBSOCKETS + DOWNLOADS, *killed.explain())
check('afterwards all is well', after.failed == 0, *after.explain())
finish()

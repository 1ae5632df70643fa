#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Config vars: what is set arrives exactly in the process, whatever way it was set; what cannot arrive is refused."""
# suites: bookworm trixie
# timeout: 600
import json
import os
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'conf'
HOST = APP + '.' + DOMAIN
KIB = 1024


def remote(line):
    """A verb over ssh, its command line as the client's shell hands it on."""
    config = run(LAB, 'ssh-config', '--name', NAME).stdout.strip()
    return run(LAB, 'net', '--name', NAME, '--', 'ssh', '-F', config, '-o', 'ProxyCommand=none', 'paas-lab', line)


def set_by_stdin(values):
    """config:set - : values of any size, not on a command line."""
    path = os.path.join(TMPDIR, 'entries')
    with open(path, 'wb') as f:
        for name, value in values.items():
            f.write(f'{name}={value}\0'.encode())
    with open(path) as f:
        return paas('config:set', '-', '-a', APP, stdin=f)


def got(name):
    """Its value in the running process's environment, in bytes as the process sees them; None: it is not there."""
    path = os.path.join(TMPDIR, 'value')
    if ask(HOST, '/env/' + name, '-o', path, '-w', '%{http_code}') != '200':
        return None
    with open(path, 'rb') as f:
        return f.read()


def arrives(values, how):
    for name, value in values.items():
        b = got(name)
        check(f'{how}: {name} arrives exactly', b == value.encode(),
              f'wanted {value.encode()[:80]!r} ({len(value.encode())}), got {(b or b"")[:80]!r} ({-1 if b is None else len(b)})')


def refused(what, r, *words):
    check(f'{what}: refused', r.returncode != 0, r.stdout)
    for word in words:
        check(f'{what}: the message says "{word}"', word in r.stdout, r.stdout[:400])


def versions():
    return [r['version'] for r in json.loads(paas('releases', '--json', '-a', APP).stdout or '[]')]


NASTY = {
    'EMPTY': '',
    'SINGLE': "it's",
    'DOUBLE': 'say "hello"',
    'BOTH': '\'"\'"\\\'',
    'NEWLINES': 'first\nsecond\n\nfourth\n',
    'CRLF': 'a\r\nb',
    'TABS': '\ta\tb\t',
    'BLANKS': '  before and after  ',
    'ONLY_BLANK': ' ',
    'DOLLAR': '$HOME ${PATH} $(id) $$ $',
    'BACKTICKS': '`id`',
    'HASH': '# no comment # at all',
    'SEMICOLON': '; no comment',
    'BACKSLASH': '\\ \\n \\x41 \\\\ end\\',
    'CONTINUED': 'a\\\nb',
    'PERCENT': '%i %n %% %H',
    'EQUALS': 'a=b=c==',
    'UTF8': 'grüße, 世界, 🚀, a\u0301\u200b',
    'CONTROL': ''.join(chr(c) for c in range(1, 32)) + '\x7f',
    'ESCAPE': '\x1b[31mred',
    'GLOB': '* ? [a-z] ~ {a,b}',
    'OPERATORS': '&& || | > < & !',
    'URL': 'postgres://u:p%40ss@db.example.com:5432/name?a=b&c=d#e',
    'JSON': '{"a": [1, "b\\n", null]}',
    'QUOTED_WHOLE': '"quoted"',
    'QUOTED_SINGLE': "'quoted'",
    'lower_case': 'yes',
    '_': 'underscore alone is bash\'s own: not compared',
    '_LEADING': 'x',
    'N' * 255: 'the longest name',
    'BIG': ('x\u00e4"$\\\n' * (64 * KIB))[:9000],
    'FULL': 'y' * (64 * KIB),
}
DROPPED_BY_BASH = {'_'}

setup_paas()
new_app(APP)

# --- before the first push
r = paas('config:set', 'EARLY=bird $x', '-a', APP)
check('config:set before the first push', r.returncode == 0, r.stdout)
check('config:get before the first push', paas('config:get', 'EARLY', '-a', APP).stdout == 'bird $x\n')
r = push('tests/apps/hello-python', APP)
check('push', r.returncode == 0, r.stdout)
arrives({'EARLY': 'bird $x'}, 'before the first push')

# --- locally, each value on the command line
before = versions()
local = {k: v for k, v in NASTY.items() if k not in DROPPED_BY_BASH}
r = paas('config:set', '-a', APP, '--', *(f'{k}={v}' for k, v in local.items()))
check('config:set of all at once', r.returncode == 0, r.stdout[-400:])
check('it is one release', len(versions()) == len(before) + 1, before, versions())
check('without a build', 'Python app detected' not in r.stdout, r.stdout[-400:])
check('the message has no value', 'postgres://' not in r.stdout and '世界' not in r.stdout, r.stdout[-600:])
arrives(local, 'on the command line')
everything = json.loads(paas('config', '--json', '-a', APP).stdout)
check('config --json gives them all', all(everything.get(k) == v for k, v in local.items()),
      [k for k, v in local.items() if everything.get(k) != v])

# --- nothing new: no release
r = paas('config:set', '-a', APP, 'EARLY=bird $x')
check('the same value again: nothing happens', r.returncode == 0 and 'Nothing has changed' in r.stdout and len(versions()) == len(before) + 1, r.stdout)

# --- unset
names = [k for k in local if k not in ('UTF8', 'DOLLAR')]
r = paas('config:unset', '-a', APP, *names)
check('config:unset of many is one release', r.returncode == 0 and len(versions()) == len(before) + 2, r.stdout[-400:])
check('what was unset is gone from the process', got('HASH') is None and got('EMPTY') is None)
arrives({'UTF8': NASTY['UTF8'], 'DOLLAR': NASTY['DOLLAR']}, 'after unset of others')
r = paas('config:get', 'HASH', '-a', APP)
check('config:get of what is not set exits with 4', r.returncode == 4, r.returncode, r.stdout)

# --- over ssh: a POSIX shell's quoting, and no expansion
over_ssh = {k: v for k, v in local.items() if k != 'FULL' and '\0' not in v}
r = remote(f'config:set -a {APP} -- ' + ' '.join(shlex.quote(f'{k}={v}') for k, v in over_ssh.items()))
check('config:set over ssh', r.returncode == 0, r.stdout[-600:])
arrives({k: v for k, v in over_ssh.items() if k not in ('UTF8', 'DOLLAR')}, 'over ssh')
r = remote(f"config:set -a {APP} A='x y; $z' B=\"a b\" C=d\\ e")
check('quotes as typed over ssh', r.returncode == 0, r.stdout)
arrives({'A': 'x y; $z', 'B': 'a b', 'C': 'd e'}, 'over ssh')

# --- standard input: the limits themselves
full = {f'FULL_{i}': chr(ord('a') + i) * (64 * KIB) for i in range(14)}
r = set_by_stdin(full)
check('14 values of 64 KiB by standard input', r.returncode == 0, r.stdout[-400:])
arrives({k: full[k] for k in ('FULL_0', 'FULL_13')}, 'by standard input')
refused('more than 1 MiB together', set_by_stdin({f'MORE_{i}': 'z' * (64 * KIB) for i in range(4)}), '1048576')
check('nothing of it was set', got('MORE_0') is None)
check('unset of the large ones', paas('config:unset', '-a', APP, *full).returncode == 0)

# --- outside the limits
count = len(versions())
secret = 'correct-horse-battery'
r = set_by_stdin({'LONG': secret + 'x' * (64 * KIB)})
refused('a value above 64 KiB', r, '65536', str(len(secret) + 64 * KIB))
check('the message does not show it', secret not in r.stdout)
refused('a name above 255 bytes', paas('config:set', '-a', APP, 'N' * 256 + '=x'), '255')
for bad in ('1A=x', 'A-B=x', 'A B=x', '=x', 'Ä=x', 'A.B=x'):
    refused(f'the name in "{bad}"', paas('config:set', '-a', APP, '--', bad))
refused('no value at all', paas('config:set', '-a', APP, 'JUSTANAME'), 'NAME=VALUE')
with open(os.path.join(TMPDIR, 'latin1'), 'wb') as f:
    f.write(b'LATIN=gr\xfc\xdfe\0')
with open(os.path.join(TMPDIR, 'latin1')) as f:
    refused('not UTF-8', paas('config:set', '-', '-a', APP, stdin=f), 'UTF-8')
for name in ('PORT', 'DYNO', 'HOME', 'PAAS_APP', 'PAAS_ANYTHING', 'LISTEN_FDS', 'INVOCATION_ID', 'JOURNAL_STREAM', 'NOTIFY_SOCKET',
             'HEROKU_APP_NAME', 'HEROKU_SLUG_COMMIT'):
    refused(f'{name} is reserved', paas('config:set', '-a', APP, f'{name}=x'), name)
refused('one bad name among good ones', paas('config:set', '-a', APP, 'GOOD=1', 'PORT=1'))
check('then none is set', paas('config:get', 'GOOD', '-a', APP).returncode == 4)
check('no release came of what was refused', len(versions()) == count, count, versions())
check('paas sets PORT, HOME and its own', (got('PORT') or b'').isdigit() and got('HOME') == b'/app' and got('PAAS_APP') == APP.encode())
check('a free HEROKU_ name can be set', paas('config:set', '-a', APP, 'HEROKU_MINE=1').returncode == 0 and got('HEROKU_MINE') == b'1')

# --- the swap: no request fails while a value changes, and the command answers when the new value is what is served
with Visitor(HOST) as visitor:
    r = paas('config:set', '-a', APP, 'GREETING=Good morning')
    answer = ask(HOST)
check('after config:set the new value is served', r.returncode == 0 and answer.startswith('Good morning'), r.stdout, answer)
visitor.check('while config:set swaps')
check('apps:destroy', paas('apps:destroy', '-a', APP, '--confirm', APP).returncode == 0)
finish()

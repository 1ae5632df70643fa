// SPDX-License-Identifier: LGPL-2.1-or-later
// The ranges of package.json's "engines", as npm reads them, for versions without a prerelease part (node has
// none): "18.x", "^18.2", "~20.1.3", ">=18 <21", "16 - 18", "18 || 20", "*".
'use strict';

const NUMBER = '(?:0|[1-9][0-9]*|[xX*])';
const PARTIAL = new RegExp(
  `^[v=\\s]*(${NUMBER})(?:\\.(${NUMBER})(?:\\.(${NUMBER})(?:-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?)?)?$`);

// "18.x" -> [18]; null when it is no version.
function partial(text) {
  const match = PARTIAL.exec(text.trim());
  if (!match) return null;
  const parts = [];
  for (const part of match.slice(1)) {
    if (part === undefined || /^[xX*]$/.test(part)) break;
    parts.push(Number(part));
  }
  return parts;
}

const full = (p) => [p[0] || 0, p[1] || 0, p[2] || 0];

// The first version that does not begin with `p`: [18, 2] -> [18, 3, 0].
function after(p) {
  const next = p.slice();
  next[next.length - 1]++;
  return full(next);
}

function compare(a, b) {
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

// Each comparator as [from, below), null for no bound on that side.
function bounds(operator, p) {
  if (p.length === 0) return operator === '<' || operator === '>' ? [[0, 0, 0], [0, 0, 0]] : [null, null];
  switch (operator) {
    case '^': {
      const major = p[0] > 0 || p.length === 1 ? 1 : p[1] > 0 || p.length === 2 ? 2 : 3;
      return [full(p), after(p.slice(0, major))];
    }
    case '~': return [full(p), after(p.slice(0, Math.min(p.length, 2)))];
    case '>=': return [full(p), null];
    case '>': return [after(p), null];
    case '<': return [null, full(p)];
    case '<=': return [null, after(p)];
    default: return [full(p), after(p)];
  }
}

function inside(version, [from, below]) {
  return (!from || compare(version, from) >= 0) && (!below || compare(version, below) < 0);
}

// true, false, or null when `range` is none.
function satisfies(version, range) {
  const v = full(partial(version) || []);
  let any = false;
  for (const alternative of range.split('||')) {
    let text = alternative.trim();
    const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(text);
    if (hyphen) text = `>=${hyphen[1]} <=${hyphen[2]}`;
    text = text.replace(/(>=|<=|[<>=^]|~>?)\s+/g, '$1');
    let all = true;
    for (const comparator of text ? text.split(/\s+/) : ['*']) {
      const [, operator, rest] = /^(>=|<=|[<>=^]|~>?)?(.*)$/.exec(comparator);
      const p = partial(rest);
      if (!p || (rest === '' && operator)) return null;
      all = all && inside(v, bounds(operator === '~>' ? '~' : operator || '=', p));
    }
    any = any || all;
  }
  return any;
}

module.exports = { satisfies };

// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict';
const fs = require('fs');
const mustache = require('mustache');

fs.mkdirSync('public', { recursive: true });
fs.writeFileSync('public/index.html', mustache.render('<p>Rendered by {{name}} of {{node}}</p>\n',
  { name: 'mustache', node: process.version }));

// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict';
const fs = require('fs');
const http = require('http');
const ms = require('ms');

const page = fs.readFileSync('public/index.html', 'utf8');
let development = 'removed';
try { require.resolve('mustache'); development = 'still there'; } catch (e) { /* as it should be */ }

const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(`${page}<p>A day has ${ms('1d')} ms; development dependencies are ${development}.</p>\n`);
});
server.listen(process.env.PORT, '0.0.0.0', () => console.log(`listening on ${process.env.PORT}`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));

// SPDX-License-Identifier: LGPL-2.1-or-later
// What compile wants to know about a package, in one start of node: "NAME VALUE" a line on standard output.
// Exit 2, with a line for the developer on standard output, when package.json cannot be built here.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { satisfies } = require('./semver.js');

function refuse(...lines) {
  process.stdout.write(lines.join('\n') + '\n');
  process.exit(2);
}

function readJson(name) {
  let text;
  try {
    text = fs.readFileSync(name, 'utf8').replace(/^\ufeff/, '');
  } catch (e) {
    return refuse(`${name} could not be read: ${e.message}`);
  }
  try {
    const json = JSON.parse(text);
    if (json && typeof json === 'object' && !Array.isArray(json)) return json;
  } catch (e) {
    return refuse(`${name} is no valid JSON: ${e.message}`);
  }
  return refuse(`${name} is no JSON object.`);
}

function npmVersion() {
  for (const dir of (process.env.PATH || '').split(':')) {
    try {
      const cli = fs.realpathSync(path.join(dir, 'npm'));
      return JSON.parse(fs.readFileSync(path.join(path.dirname(cli), '../package.json'), 'utf8')).version;
    } catch (e) { /* not in this directory */ }
  }
  return '';
}

const exists = (name) => fs.existsSync(name);
const some = (o) => Boolean(o && typeof o === 'object' && Object.keys(o).length > 0);
const say = (name, value) => process.stdout.write(`${name} ${String(value).replace(/\s+/g, ' ')}\n`);

const json = readJson('package.json');
const scripts = json.scripts && typeof json.scripts === 'object' ? json.scripts : {};
const npm = npmVersion();

const engine = json.engines && json.engines.node;
if (typeof engine === 'string' && engine.trim()) {
  const answer = satisfies(process.versions.node, engine);
  if (answer === null)
    refuse(`"engines.node" in package.json is "${engine}", which is no range of versions.`);
  if (!answer)
    refuse(`package.json asks for node ${engine}, and this server has ${process.versions.node}.`,
           'Change "engines.node" in package.json, or have that version of node installed on the server.');
}

const lock = ['npm-shrinkwrap.json', 'package-lock.json'].find(exists) || '';
const other = ['yarn.lock', 'pnpm-lock.yaml', 'bun.lockb', 'bun.lock'].find(exists) || '';
const lockJson = lock ? readJson(lock) : {};
const lockEntries = Object.entries(lockJson.packages || {});

// A package that lives in the tree itself has a link in node_modules and may change without the lock.
const linked = Boolean(json.workspaces) ||
  lockEntries.some(([, p]) => p && (p.link || /^(file|link):/.test(String(p.resolved || ''))));

const lifecycle = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']
  .filter((name) => typeof scripts[name] === 'string');
if (!scripts.install && exists('binding.gyp')) lifecycle.push('binding.gyp');
const builds = ['heroku-prebuild', 'heroku-postbuild', 'build', 'heroku-cleanup']
  .filter((name) => typeof scripts[name] === 'string');

const dependencies = some(json.dependencies) || some(json.optionalDependencies) || some(json.peerDependencies) ||
  Boolean(json.workspaces);

const hash = crypto.createHash('sha256');
for (const part of [process.version, npm, process.arch, process.env.NODE_ENV, JSON.stringify([
  json.dependencies, json.devDependencies, json.optionalDependencies, json.peerDependencies, json.overrides,
  json.bundleDependencies, json.bundledDependencies])])
  hash.update(`${part}\0`);
for (const name of [lock, '.npmrc'])
  hash.update(name && exists(name) ? fs.readFileSync(name) : '').update('\0');

say('node', process.versions.node);
say('npm', npm);
say('lock', lock);
say('other_lock', other);
say('dependencies', dependencies ? 'yes' : 'no');
say('dev', some(json.devDependencies) ? 'yes' : 'no');
say('restorable', lock && !linked ? 'yes' : 'no');
say('scripts', builds.join(' '));
say('lifecycle', lifecycle.join(' '));
say('start', typeof scripts.start === 'string' || exists('server.js') ? 'yes' : 'no');
say('npm_engine', (json.engines && typeof json.engines.npm === 'string' && npm &&
  satisfies(npm, json.engines.npm) === false) ? json.engines.npm : '');
say('key', hash.digest('hex'));

// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict';
const crypto = require('crypto');
const http = require('http');

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const PART = 1024;
const PART_MS = 250;

function slow(response, bytes) {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': bytes });
  let at = 0;
  const timer = setInterval(() => {
    const n = Math.min(PART, bytes - at);
    const from = at % LETTERS.length;
    response.write((LETTERS.slice(from) + LETTERS.repeat(Math.ceil(n / LETTERS.length))).slice(0, n));
    at += n;
    if (at === bytes) {
      clearInterval(timer);
      response.end();
    }
  }, PART_MS);
  response.on('close', () => clearInterval(timer));
}

const server = http.createServer((request, response) => {
  const [, what, number] = request.url.split('/');
  if (what === 'slow') return slow(response, Number(number));
  const body = what === 'n' ? `${number}\n` : `${process.env.GREETING || 'steady'}\n`;
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
});
server.keepAliveTimeout = 120000;

// An echo of short text messages: all that is needed of RFC 6455.
server.on('upgrade', (request, socket) => {
  const accept = crypto.createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  let seen = Buffer.alloc(0);
  socket.on('data', (data) => {
    seen = Buffer.concat([seen, data]);
    while (seen.length >= 6 && seen.length >= 6 + (seen[1] & 0x7f)) {
      const length = seen[1] & 0x7f;
      if ((seen[0] & 0x0f) === 8) return socket.end(Buffer.from([0x88, 0]));
      const text = Buffer.from(seen.subarray(6, 6 + length)).map((byte, i) => byte ^ seen[2 + i % 4]);
      socket.write(Buffer.concat([Buffer.from([0x81, length]), text]));
      seen = seen.subarray(6 + length);
    }
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
});

server.listen(process.env.LISTEN_FDS ? { fd: 3 } : { port: Number(process.env.PORT), host: '127.0.0.1' }, () => console.log('listening'));

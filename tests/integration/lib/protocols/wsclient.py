"""wsclient.py HOST CA-FILE: a WebSocket client (Debian's python3-websockets) of wsserver.py, through the router with TLS."""
import asyncio
import os
import ssl
import sys

import websockets
from say import check, please

LIMIT = 60


def connect(host, ca):
    return websockets.connect('wss://%s/' % host, ssl=ssl.create_default_context(cafile=ca), server_hostname=host, host='127.0.0.1', port=443, max_size=None,
                              ping_interval=None)


async def answer(socket, message):
    await socket.send(message)
    return await asyncio.wait_for(socket.recv(), LIMIT)


async def closed(socket):
    try:
        await asyncio.wait_for(socket.recv(), LIMIT)
    except websockets.ConnectionClosed as e:
        return e.rcvd and (e.rcvd.code, e.rcvd.reason)
    return 'open'


async def say_after(what):
    return await asyncio.get_running_loop().run_in_executor(None, please, what)


async def main():
    host, ca = sys.argv[1:]
    async with connect(host, ca) as s:
        check('WebSocket: text', await answer(s, 'grüß dich') == 'grüß dich')
        data = bytes(range(256))
        check('WebSocket: binary', await answer(s, data) == data)
        check('WebSocket: an empty message', await answer(s, b'') == b'')
        text, data = 'ä' * (1 << 19), os.urandom(1 << 20)
        check('WebSocket: 1 MB of text', await answer(s, text) == text)
        check('WebSocket: 1 MB of bytes', await answer(s, data) == data)
        check('WebSocket: a message in fragments', await answer(s, ['one ', 'two ', 'three']) == 'one two three')
        for message in range(100):
            await s.send(str(message))
        got = [await asyncio.wait_for(s.recv(), LIMIT) for _ in range(100)]
        check('WebSocket: a hundred in flight, in order', got == [str(n) for n in range(100)], got)
        await asyncio.wait_for(await s.ping(b'are you there'), LIMIT)
        check('WebSocket: a ping has its pong', True)
        await s.send('close 4321 enough of it')
        got = await closed(s)
        check("WebSocket: the server's code and reason of a close", got == (4321, 'enough of it'), got)
    mine = await connect(host, ca)
    await mine.close(4000, 'from here')
    check("WebSocket: the client's too, as the server confirms", mine.close_code == 4000, mine.close_code)
    async with connect(host, ca) as s:
        check('WebSocket: one is open', await answer(s, 'version') == 'first')
        await say_after('deploy another')
        check('WebSocket: it goes on after a deploy of another application', await answer(s, 'version') == 'first')
        await say_after('deploy')
        check('WebSocket: and of its own', await answer(s, 'version') == 'first')
        async with connect(host, ca) as new:
            check('WebSocket: a new one is with the new release', await answer(new, 'version') == 'second')
        check('WebSocket: 1 MB through the old one', await answer(s, data) == data)
        await s.send('close 1001 going away')
        check('WebSocket: it ends as it wants', await closed(s) == (1001, 'going away'))


asyncio.run(main())

"""A WebSocket server (Debian's python3-websockets): it answers each message with itself, and `close CODE REASON` by closing."""
import asyncio
import os

import websockets


async def echo(socket):
    async for message in socket:
        if isinstance(message, str) and message.startswith('close '):
            _, code, reason = message.split(' ', 2)
            await socket.close(int(code), reason)
        elif message == 'version':
            await socket.send(os.environ.get('VERSION', 'first'))
        else:
            await socket.send(message)


async def main():
    async with websockets.serve(echo, '127.0.0.1', int(os.environ['PORT']), max_size=None):
        await asyncio.Future()


asyncio.run(main())

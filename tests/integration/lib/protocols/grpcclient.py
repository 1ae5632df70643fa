"""grpcclient.py HOST CA-FILE: a gRPC client (Debian's python3-grpcio) that calls grpcserver.py through the router, with TLS."""
import os
import queue
import sys

import grpc
from say import check, please

LIMIT = 60
BIG = 6 << 20


class Caller:
    """A channel is one connection to the router."""

    def __init__(self, host, ca):
        with open(ca, 'rb') as f:
            credentials = grpc.ssl_channel_credentials(f.read())
        options = [('grpc.ssl_target_name_override', host), ('grpc.default_authority', host), ('grpc.use_local_subchannel_pool', 1),
                   ('grpc.max_receive_message_length', -1), ('grpc.max_send_message_length', -1)]
        self.channel = grpc.secure_channel('127.0.0.1:443', credentials, options)

    def unary(self, method):
        return self.channel.unary_unary('/test/' + method)

    def stream(self, method):
        return self.channel.unary_stream('/test/' + method)

    def chat(self):
        return Chat(self.channel.stream_stream('/test/chat'))


class Chat:
    """A bidirectional stream that is open: each word is answered before the next is said."""

    def __init__(self, method):
        self.words = queue.SimpleQueue()
        self.call = method(iter(self.words.get, None))

    def say(self, word):
        self.words.put(word)
        return next(self.call)

    def end(self):
        self.words.put(None)
        return list(self.call), self.call.code()


def failure(function):
    """(status, details, trailers) of what fails."""
    try:
        function()
    except grpc.RpcError as e:
        return e.code(), e.details(), dict(e.trailing_metadata() or ())
    return None, None, {}


def kinds(c):
    response, call = c.unary('unary').with_call(b'hello', timeout=LIMIT, metadata=(('x-ask', 'a b'), ('ask-bin', b'\0\xff')))
    first, last = dict(call.initial_metadata()), dict(call.trailing_metadata())
    check('gRPC: unary', response == b'hello' and call.code() == grpc.StatusCode.OK, response, call.code())
    check('gRPC: metadata, also binary', first.get('x-seen') == 'a b' and first.get('seen-bin') == b'\0\xff', first)
    check('gRPC: trailers', last.get('x-after') == 'all', last)
    check('gRPC: an empty message', c.unary('unary')(b'', timeout=LIMIT) == b'')
    got = list(c.stream('count')(b'1000', timeout=LIMIT))
    check('gRPC: a stream from the server, in order', got == [b'%d' % n for n in range(1000)], got[:5], len(got))
    got = c.channel.stream_unary('/test/add')(iter([b'x' * n for n in range(300)]), timeout=LIMIT)
    check('gRPC: a stream from the client', got == b'300 %d' % sum(range(300)), got)
    chat = c.chat()
    got = [chat.say(b'%d' % n) for n in range(20)]
    check('gRPC: in both directions, in turns', got == [b'first %d' % n for n in range(20)], got)
    check('gRPC: and its end', chat.end() == ([], grpc.StatusCode.OK))
    data = os.urandom(BIG)
    check('gRPC: a message of 6 MB there and back', c.unary('unary')(data, timeout=LIMIT) == data)
    check('gRPC: a stream of several MB', c.channel.stream_unary('/test/add')(iter([data] * 3), timeout=LIMIT) == b'3 %d' % (3 * BIG))


def failures(c):
    code, details, trailers = failure(lambda: c.unary('fail')(b'', timeout=LIMIT))
    check('gRPC: a status with its text and trailers',
          code == grpc.StatusCode.FAILED_PRECONDITION and details == 'the café is closed' and trailers.get('x-why') == 'because', code, details, trailers)
    got = []
    code, details, _ = failure(lambda: got.extend(iter(c.stream('breaks')(b'', timeout=LIMIT))) or None)
    check('gRPC: a status after some messages', code == grpc.StatusCode.DATA_LOSS and details == 'in the middle', code, details, got)
    code, *rest = failure(lambda: c.unary('nothing')(b'', timeout=LIMIT))
    check('gRPC: no such method', code == grpc.StatusCode.UNIMPLEMENTED, code, rest)
    code, *rest = failure(lambda: list(c.stream('hang')(b'deadline', timeout=3)))
    check('gRPC: the deadline is exceeded', code == grpc.StatusCode.DEADLINE_EXCEEDED, code, rest)
    call = c.stream('hang')(b'cancel', timeout=LIMIT)
    begun = next(call)
    call.cancel()
    code, *rest = failure(lambda: next(call))
    check('gRPC: a call is canceled', begun == b'begun' and code == grpc.StatusCode.CANCELLED, code, rest)
    seen = c.unary('who_gave_up')(b'2', timeout=LIMIT)
    check('gRPC: the server is told of both', seen == b'cancel deadline', seen)


def deploy(c, host, ca):
    """In the middle of two streams, one of a client that goes on to use its connection."""
    chats = [c.chat(), Caller(host, ca).chat()]
    check('gRPC: two streams before a deploy', [chat.say(b'a') for chat in chats] == [b'first a'] * 2)
    please('deploy')
    check('gRPC: the streams go on', [chat.say(b'b') for chat in chats] == [b'first b'] * 2)
    check('gRPC: a new call in the same connection is for the new release', c.unary('version')(b'', timeout=LIMIT) == b'second')
    check('gRPC: one in a new connection too', Caller(host, ca).unary('version')(b'', timeout=LIMIT) == b'second')
    please('outlive')
    check('gRPC: the streams go on after the time of requests', [chat.say(b'c') for chat in chats] == [b'first c'] * 2)
    check('gRPC: one ends as it wants', chats[0].end() == ([], grpc.StatusCode.OK))
    please('end')
    code, *rest = failure(lambda: next(chats[1].call))
    check('gRPC: the other ends with upgrade-drain-timeout, and its client is told', code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL,
          grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN), code, rest)
    check('gRPC: the next call is answered', c.unary('version')(b'', timeout=LIMIT) == b'second')


def main():
    host, ca = sys.argv[1:]
    c = Caller(host, ca)
    kinds(c)
    failures(c)
    deploy(c, host, ca)


main()

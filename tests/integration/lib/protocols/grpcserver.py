"""A gRPC server (Debian's python3-grpcio) whose messages are plain bytes."""
import concurrent.futures
import os
import threading

import grpc

VERSION = os.environ.get('VERSION', 'first').encode()
given_up, changed = set(), threading.Condition()


def unary(request, context):
    asked = dict(context.invocation_metadata())
    context.send_initial_metadata((('x-version', VERSION.decode()), ('x-seen', asked.get('x-ask', '')), ('seen-bin', asked.get('ask-bin', b''))))
    context.set_trailing_metadata((('x-after', 'all'),))
    return request


def version(request, context):
    return VERSION


def fail(request, context):
    context.set_trailing_metadata((('x-why', 'because'),))
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, 'the café is closed')


def breaks(request, context):
    for n in range(3):
        yield b'%d' % n
    context.abort(grpc.StatusCode.DATA_LOSS, 'in the middle')


def count(request, context):
    for n in range(int(request)):
        yield b'%d' % n


def add(requests, context):
    sizes = [len(r) for r in requests]
    return b'%d %d' % (len(sizes), sum(sizes))


def chat(requests, context):
    for r in requests:
        yield VERSION + b' ' + r


def hang(request, context):
    """Until the caller gives up, which may be before this is asked to go on after its first message."""
    over = threading.Event()

    def gave_up():
        with changed:
            given_up.add(request)
            changed.notify_all()
        over.set()
    if not context.add_callback(gave_up):
        gave_up()
    yield b'begun'
    over.wait()


def who_gave_up(request, context):
    """Once they are so many."""
    with changed:
        changed.wait_for(lambda: len(given_up) >= int(request), 30)
        return b' '.join(sorted(given_up))


METHODS = {
    **{f.__name__: grpc.unary_unary_rpc_method_handler(f) for f in (unary, version, fail, who_gave_up)},
    **{f.__name__: grpc.unary_stream_rpc_method_handler(f) for f in (breaks, count, hang)},
    'add': grpc.stream_unary_rpc_method_handler(add),
    'chat': grpc.stream_stream_rpc_method_handler(chat),
}
server = grpc.server(concurrent.futures.ThreadPoolExecutor(40), options=[('grpc.max_receive_message_length', -1), ('grpc.max_send_message_length', -1)])
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler('test', METHODS),))
server.add_insecure_port('127.0.0.1:' + os.environ['PORT'])
server.start()
server.wait_for_termination()

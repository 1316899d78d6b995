"""A reverse proxy as a company has it: websockets to one port, all else to another.

    bench_proxy.py PORT HTTP_PORT WEBSOCKET_PORT CONNECTIONS

Requests wait here until a worker is free, on a new connection each time: a worker that
has accepted a connection waits for what comes on it.
"""

import asyncio
import sys

from aiohttp import (
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    WSMsgType,
    web,
)

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade"}
#: what the server's framework writes itself: the body comes unpacked and in one piece
REWRITTEN = HOP_BY_HOP | {"content-length", "content-encoding", "date", "server"}
OWN_TO_WEBSOCKETS = ("sec-websocket-key", "sec-websocket-version")


class Proxy:
    def __init__(self, http_port, websocket_port, connections):
        self.connections = connections
        self.http = f"http://127.0.0.1:{http_port}"
        self.gevent = f"http://127.0.0.1:{websocket_port}"

    async def run(self, app):
        self.workers = self.open(self.connections)
        self.sockets = self.open(0)
        yield
        await self.workers.close()
        await self.sockets.close()

    def open(self, limit):
        return ClientSession(
            connector=TCPConnector(limit=limit, force_close=True),
            cookie_jar=DummyCookieJar(),
            # A client's patience is its own business.
            timeout=ClientTimeout(total=None),
            auto_decompress=False,
        )

    def forwarded(self, request, taken=HOP_BY_HOP):
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in taken
        }
        return headers | {
            "X-Forwarded-For": request.remote,
            "X-Forwarded-Host": request.host,
            "X-Forwarded-Proto": "http",
        }

    async def handle(self, request):
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.join(request)
        of_websockets = request.path.startswith("/websocket")
        session = self.sockets if of_websockets else self.workers
        async with session.request(
            request.method,
            (self.gevent if of_websockets else self.http) + request.path_qs,
            headers=self.forwarded(request),
            data=await request.read(),
            allow_redirects=False,
        ) as answer:
            response = web.Response(status=answer.status, body=await answer.read())
            for name, value in answer.headers.items():
                if name.lower() not in REWRITTEN - {"content-encoding"}:
                    response.headers.add(name, value)
            return response

    async def join(self, request):
        """Pass what either side says to the other, until one of them leaves."""
        client = web.WebSocketResponse(autoping=False, compress=False)
        headers = self.forwarded(request, HOP_BY_HOP | set(OWN_TO_WEBSOCKETS))
        async with self.sockets.ws_connect(
            self.gevent + request.path_qs, headers=headers, autoping=False
        ) as server:
            await client.prepare(request)
            first = asyncio.create_task(self.pass_on(client, server))
            second = asyncio.create_task(self.pass_on(server, client))
            await asyncio.wait((first, second), return_when=asyncio.FIRST_COMPLETED)
            await server.close()
            await client.close()
            for task in (first, second):
                task.cancel()
        return client

    async def pass_on(self, source, target):
        async for message in source:
            if message.type is WSMsgType.TEXT:
                await target.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await target.send_bytes(message.data)
            elif message.type is WSMsgType.PING:
                await target.ping(message.data)
            elif message.type is WSMsgType.PONG:
                await target.pong(message.data)


def main():
    port, http_port, websocket_port, connections = map(int, sys.argv[1:])
    proxy = Proxy(http_port, websocket_port, connections)
    app = web.Application(client_max_size=2**26)
    app.cleanup_ctx.append(proxy.run)
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


main()

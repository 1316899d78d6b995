"""A reverse proxy as a company has it: websockets to one port, all else to another.

    bench_proxy.py PORT HTTP_PORT WEBSOCKET_PORT

Asks Odoo on a new connection each time, as proxies do unless told otherwise (a worker
waits on the one it has), and tells it where a request came from.
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
    def __init__(self, http_port, websocket_port):
        self.http = f"http://127.0.0.1:{http_port}"
        self.gevent = f"http://127.0.0.1:{websocket_port}"

    async def run(self, app):
        # Longer than any answer: a client's patience is its own business.
        self.session = ClientSession(
            connector=TCPConnector(limit=0, force_close=True),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None),
            auto_decompress=False,
        )
        yield
        await self.session.close()

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
        port = self.gevent if request.path.startswith("/websocket") else self.http
        async with self.session.request(
            request.method,
            port + request.path_qs,
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
        client = web.WebSocketResponse(compress=False)
        headers = self.forwarded(request, HOP_BY_HOP | set(OWN_TO_WEBSOCKETS))
        async with self.session.ws_connect(
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
    port, http_port, websocket_port = map(int, sys.argv[1:])
    proxy = Proxy(http_port, websocket_port)
    app = web.Application(client_max_size=2**26)
    app.cleanup_ctx.append(proxy.run)
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


main()
